"""Numbers that only one object can hold at a time: the addresses and node ports of services."""
