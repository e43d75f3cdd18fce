"""An explanation in words, step by step from Lightspeed to the webstore, for the page and the command."""

from __future__ import annotations

from webapp.explain.explained_product import ExplainedProduct
from webapp.explain.explanation import Explanation
from webapp.explain.steps import lock, part, product
from webapp.explain.steps.step import Step, Trail

__all__ = ["Step", "Trail", "change_text", "trails"]

change_text = product.change_text


def trails(explanation: Explanation) -> list[Trail]:
    """Return one trail if the part has one product, else one about the part and one per product."""
    own = list(part.steps(explanation))
    last = list(part.next_steps(explanation))
    if len(explanation.products) == 1:
        (only,) = explanation.products
        return [Trail(product.heading(only), [*lock.steps(only), *own, *product.steps(only), *last], only)]
    several = [_of_product(each) for each in explanation.products]
    return [Trail(part.heading(explanation), [*own, *last], None), *several]


def _of_product(each: ExplainedProduct) -> Trail:
    own = [*lock.steps(each), *product.steps(each)]
    return Trail(f"{each.brand} {each.mpn}: {product.summary(each)}", own, each)
