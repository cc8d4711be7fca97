"""After the call: payments, what became of promises, and whom to call next."""
