"""Quality figures for people: on a terminal, as a sheet for spreadsheets, as one page to print."""
