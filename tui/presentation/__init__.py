"""What is said and how it is worded, on screens and on the command line alike. No Textual."""
