"""Where accounts come from: files, a database, an endpoint, behind one interface."""
