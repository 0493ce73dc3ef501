"""The wire types, problem codes and event kinds that client and server share."""
