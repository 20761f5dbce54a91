"""Makes the second labelled set in `tests/data/ris_second`: forms and mails of sixty purchasing departments.

`python -m tests.ris_second` writes the set anew, by a seed. The set is frozen (`manifest.sha256`), so this is
run only to make another one. It needs three packages of its own: xlwt, odfpy and msoffcrypto-tool.
"""
