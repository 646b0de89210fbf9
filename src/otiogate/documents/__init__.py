"""How documents are read, checked, digested and written: strictly, and the same way for every room."""
