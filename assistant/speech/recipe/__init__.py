"""The recipe of the demonstration models: from invented sentences to a Vosk model folder.

Owns the whole way: sentences, a synthesiser's speech with exact phone times, telephone-like
distortions, features, a small network, a language model, the decoding graph and the files that Vosk
reads; and measuring what came out.  `python -m assistant.speech.recipe make` runs it.  Nothing in
the product imports this package, and a model made here knows synthetic voices only.

Licences.  The synthesiser, espeak-ng, is GPL-3; it runs here as a tool in a process of its own, and
neither it nor any part of it is shipped.  What a program puts out is not covered by its licence
unless it copies the program into it (the GPL FAQ, "Can I use GPL-covered tools to develop non-free
programs?" and "In what cases is the output of a GPL program covered by the GPL too?"); what ships
is a table of numbers trained on that sound, phone names, and word lists.  The phone strings of
words are facts about sound that were harvested from events; espeak-ng's dictionary files are not
copied.
The sentences are the project's own (Apache-2.0).  Background words and word pairs come from
symspellpy (MIT; its lists derive from Google Books Ngrams, CC BY 3.0, and SCOWL, whose terms permit
use with its notice) and jieba (MIT); readings of characters from pypinyin (MIT).  Only relative
frequencies of single words and pairs enter the model.
"""
