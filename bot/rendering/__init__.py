"""Values into words and pictures: mails, cards, pages and the blank form."""
