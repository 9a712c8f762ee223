"""Everything that can be said of a site's protection, together: what one report is made of."""

from bartizan.app.dossier.dossier import Dossier, Wanted, dossier_of

__all__ = ["Dossier", "Wanted", "dossier_of"]
