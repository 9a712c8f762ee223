"""The folder of the web's tests: what stands beside the tests may be imported by those of the folders below."""
