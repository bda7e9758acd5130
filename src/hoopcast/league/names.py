"""Invented names of players, with the accents, suffixes, initials and hyphens that real ones have."""

import numpy as np

from hoopcast.league.columns import Ints, Texts, chance

_FIRST_NAMES = """
Aldo Alvar Amari Anders Ansel Arlo Barnaby Bastien Benat Boško Calder Carrick Cormac Corwin Dacian Damek Darnell
Da'Quan De'Marlo Dejuan D.J. Domagoj Dovydas Duško Eamon Edvin Eero Elgin Emeka Endre Errol Étienne Ferran Filip
Garrick Géza Gorka Hakeem Halvard Hollis Ike Ilmari Iñigo Ivo Jabari Jadon Ja'Kobe Jokūbas Jovan J.T. Kadeem Kaarel
K.J. Keshawn Kwesi Lamine Lázaro Leif Lennox Lorcan Luboš Malachi Mamoru Marek Maël Mattias M.J. Nahuel Ndidi
Nikodem Obinna Odell Ognjen Olavi Oswin Pau Percy P.J. Quillan Radim Rashaun Raúl R.J. Roko Rudi Sékou Severin Şahin
Søren Tadeas Tariq T.J. Teodor Tomáš Tyree Uroš Vaughn Vít Wendel Xabier Yannis Zdeněk Zeke
"""
# An underscore stands for a space within a name.
_LAST_NAMES = """
Abernethy Adeyinka Aguirrezabal Åkerlund Alderwick Amankwah Arsenović Babić-Lowe Barrowclough Bašić Beckenridge
Bjarnason Blackwood-Osei Bojarski Brannigan Bukowiec Čermák Castelnau Chidozie Claverly Colquitt Cvetanović
Dabrowski Dankworth Delacroix-Webb Diabaté Dlamini Dravič Drinkwater Duquesnay Eastlake Ekwueme Elderfield Erdoğmuş
Fairweather Falconbridge Ferreiro Fitzwarren Forsberg Galbraith Garanča Ghirlandi Gómez-Arce Grimshaw Gudaitytis
Halloran Harrowgate Hawksworth Hegedűs Hjelmås Holmqvist Ibekwe Ilinčić Isaksson Jankauskas Jarvela Jørgensen
Kabongo Kaczor Kasprzyk Kirkbride Kjærgaard Koivunen Kovářík Kuzmickas Lacombe Langstroth Lindqvist Łapiński
Lockridge Lund-Hayes Mabathoana Mackelroy Maravić Marchetti Mbongo McAllenby McTavish Mellencourt Mikelsons
Montferrat Mårtensson Nakagawa N'Dour Nightingale Njoroge Núñez Obradors Ødegård Okonjo Oldroyd Olszewski O'Branagh
O'Farrelly Papastathis Pemberly Petrauskis Pettifer Piątek Quarrington Radonjić Ravensdale Rémy Rochambeau Ruddock
Sablić Salaberry Sandoval-Rey Sæther Seabrook Šimkus Skarsgaard Soldevila Soumahoro St._Clair Stjepić Strandvik
Széll Tamberlane Thackeray Thibodaux Tokarczyk Tremblay Tuiasosopo Ugochukwu Underhay Urrutia Valčiukas Vandermeer
Vilhelmsson Vranješ Wainscott Wakefield Wetherby Whitlocke Winterbourne Wójcik Ximénez Yeboah Yılmazer Zambrano
Žalgevičius Zielinski Žukas Zubizarreta
"""
_FIRST, _LAST = _FIRST_NAMES.split(), _LAST_NAMES.split()

_SUFFIXES = ("", " Jr.", " II", " III", " IV")
_SUFFIX_SHARES = (0.915, 0.055, 0.012, 0.015, 0.003)


def invented_names(seed: int, numbers: Ints, namesakes: tuple[int, int]) -> Texts:
    """Names of players by their running numbers.

    Args:
        seed: seed of the league; a player keeps his name through all its seasons.
        numbers: running numbers of the players, from 0, at most 15,000.
        namesakes: two numbers that share one name.

    Returns:
        Names such as `Jokūbas Sablić` or `P.J. Oldroyd Jr.`, unique but for the namesakes.
    """
    rng = chance(seed, "", "names")
    combinations = rng.permutation(len(_FIRST) * len(_LAST))
    suffixes = rng.choice(len(_SUFFIXES), size=len(combinations), p=_SUFFIX_SHARES)
    named = np.where(numbers == namesakes[1], namesakes[0], numbers)
    return np.array(
        [
            f"{_FIRST[combination % len(_FIRST)]} {_LAST[combination // len(_FIRST)].replace('_', ' ')}"
            f"{_SUFFIXES[suffix]}"
            for combination, suffix in zip(combinations[named].tolist(), suffixes[named].tolist(), strict=True)
        ],
        dtype=np.object_,
    )
