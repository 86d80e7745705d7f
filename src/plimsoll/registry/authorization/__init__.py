"""Who may do what: role-based access control over the roles and bindings in the store.

What belongs in here answers "may this user do this?", lists what a user may do, and refuses to hand out more than the
giver has. Who the user is has been found out before; nothing in here knows of tokens, certificates or connections.
"""
