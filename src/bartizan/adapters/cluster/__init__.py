"""Workers for sweeps: processes of this machine, or a Dask cluster."""
