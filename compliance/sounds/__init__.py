"""How words sound, and the search for phrases by their sounds."""
