// Saving without a click comes with this file; without it each page saves when one goes on.
