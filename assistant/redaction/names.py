"""Names by how they are announced, for calls whose account nobody knows.

Owns the words that a name follows (`my name is …`, `Mr …`, 我叫…) or comes before (…先生).  It
knows no account and takes too much rather than too little: what it finds is covered in copies that
leave the people of the call behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = r"[a-z][a-z'’-]*"
# What follows such words without being a name.
_NO_NAME = (
    r"(?!(?:a|an|the|and|or|not|to|in|on|at|by|for|from|of|with|about|regarding|it|this|that|there|"
    r"you|your|yours|he|she|his|her|our|we|they|them|him|someone|somebody|anyone|anybody|what|who|"
    r"just|really|calling|please|still|also|so|very|important|correct|right|okay|ok|yes|no|"
    r"i|we|is|am|are|can|may|will|would|do|does|have|has|thank|thanks|hello|hi|sorry)\b)"
)
_ENGLISH = re.compile(
    r"\b(?:my (?:full |first |last |maiden |family )?name(?:'s| is)"
    r"|(?:first|last|full|maiden|family) name is|name of"
    r"|speak(?:ing)? (?:to|with)|talk(?:ing)? (?:to|with)|is this|i am called"
    r"|called|spelled|mister|missus|mr|mrs|ms|miss|doctor|dr|madam|sir)\b\.?[\s,:]+"
    rf"(?:(?:mister|missus|mr|mrs|ms|miss|doctor|dr)\b\.?\s+)?({_NO_NAME}{_WORD}"
    rf"(?:\s+{_NO_NAME}{_WORD})?)",
    re.IGNORECASE,
)
# The hundred commonest family names or so, as they are folded: Simplified characters.
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
    "严覃武戴莫孔向汤简游詹翁施洪颜柯赖连纪欧阳司徒"
)
_HAN = r"[㐀-鿿]"
_CHINESE = re.compile(
    rf"(?:我叫|我是|名字是|名字叫|姓名是|本人是|我姓|小姓|免贵姓)\s*([{_FAMILY}](?:\s*{_HAN}){{0,2}})"
    rf"|([{_FAMILY}](?:\s*{_HAN}){{0,2}}?)(?=\s*(?:先生|小姐|女士|太太))"
)


def announced(flat: str) -> Iterator[tuple[int, int]]:
    """Places of names in a text that was folded to one script and width; code points, half open."""
    for match in _ENGLISH.finditer(flat):
        yield match.span(1)
    for match in _CHINESE.finditer(flat):
        yield match.span(1) if match[1] is not None else match.span(2)
