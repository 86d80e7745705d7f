"""API Priority and Fairness: which requests go first when not all can be served at once.

What belongs in here sorts a request into a flow and a priority level, says how many seats it takes, and queues what
finds no seat. Pure: time comes in as an argument; who waits for what is the server's business.
"""
