"""What is measured of this library, and beside others; none of it ships."""
