"""What a package shows before a parser opens it: each way in which a formula or its failure is written."""

import pytest

from bot.adapters.packages import _formula_cells

XML = b'<x:worksheet xmlns:x="urn:x" xmlns="urn:x"><sheetData><row>%s</row></sheetData></x:worksheet>'


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="A1"><f>1+1</f></c>',
        b'<c r="A1"><f t="shared" si="0">1+1</f></c>',
        b'<c r="A1"><f/></c>',
        b'<x:c r="A1"><x:f>1+1</x:f></x:c>',
        b'<x:c r="A1"><x:f t="array">1+1</x:f></x:c>',
        b'<c r="A1"><f\n>1+1</f></c>',
        b'<c r="A1"><f\tt="shared" si="0">1+1</f></c>',
        b'<c r="A1" t="e"><v>#REF!</v></c>',
        b'<c r="A1" t = "e"><v>#REF!</v></c>',
        b'<c r="A1" t="&#101;"><v>#REF!</v></c>',
        b"<c r='A1' t='e'><v>#REF!</v></c>",
    ],
)
def test_every_way_of_writing_a_formula_is_seen(cell: bytes) -> None:
    assert list(_formula_cells(XML % cell)) == ["A1"]


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="A1" t="s"><v>7</v></c>',
        b'<c r="F1" t="inlineStr"><is><t>half a loaf &gt; none, if "me"</t></is></c>',
        b'<c r="A1" s="e"><v>1</v></c>',
    ],
)
def test_what_only_looks_like_one_is_none(cell: bytes) -> None:
    assert list(_formula_cells(XML % cell)) == []
