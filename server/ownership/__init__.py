"""Who owns an organisation, handing its subscription over, and the main account's own seat."""
