"""Files of people as they are really sent: reading CSV and workbooks, and writing them. No database, no network."""
