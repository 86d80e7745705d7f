"""The findings: a file each. A new finding is a new file."""
