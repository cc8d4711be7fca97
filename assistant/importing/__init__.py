"""Calls that others recorded, brought into the record: sound to be recognised here, or words alone.

`written` is what every format of transcripts becomes, `contact_lens`, `webvtt` and `json_lines` the
formats; `recording_list` reads what a list says of its recordings; `telling` makes a transcript the
events of a call, `recognising` does that with sound, in processes of its own (`crew`).  `keeping`
knows what was taken in before, `bulk` goes through it all.
"""
