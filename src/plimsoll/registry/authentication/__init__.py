"""Who a token belongs to: the tokens of service accounts, and the reviews that tell whose a token is.

What belongs in here issues and checks credentials that the API itself hands out. Credentials that a server is started
with, and connections, are in :mod:`plimsoll.serve`.
"""
