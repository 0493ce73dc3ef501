"""The list of users: adding, editing, removing, saving."""
