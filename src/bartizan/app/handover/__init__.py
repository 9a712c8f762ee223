"""Evidence kept and handed over: media and their custody, packages for partners, and packages from them."""
