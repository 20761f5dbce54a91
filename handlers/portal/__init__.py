"""The door of the browser: pages for customers, and figures for operators on an address of their own."""
