"""What Headcount is measured against."""
