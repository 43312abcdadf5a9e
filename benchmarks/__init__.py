"""What is measured, and against which limit: each figure is a ratio to a bare page on the same server and run."""
