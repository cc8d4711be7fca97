"""What an utterance is most likely about, learned from lines that people wrote.

`scorer` answers in a call; `learning` makes its weights from `examples`, by author.  Phrases know
the wordings that their authors thought of; customers and agents speak in their own.
"""
