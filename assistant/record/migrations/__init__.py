"""The layouts of the store, one after the other; `assistant.record.layout` applies them."""
