"""Real BGP daemons around bellmand: starting and stopping them, reading their tables into one form, comparing."""
