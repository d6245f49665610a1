"""Currency and country codes that nobody else knows."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.core.tables import table as declared
from mercer.trust.quality.checks import Check, check
from mercer.trust.quality.view import View

CURRENCIES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC "  # noqa: SIM905
    "CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD "
    "JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG".split()
)
"""ISO 4217, the currencies people pay with."""

COUNTRIES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH "  # noqa: SIM905
    "CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN "
    "GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI "
    "LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM "
    "PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD "
    "TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW".split()
)
"""ISO 3166-1 alpha-2, and XK, which everybody uses for Kosovo."""

USUAL = {"UK": "GB", "EL": "GR"}
"""Codes that are wrong in a way everybody understands."""

NOTHING = ("unspecified", "unknown", "n/a", "na.", "none", "null", "-", "--", "other", "?")
"""What is written where nothing was known."""


def _currency(table: str) -> Check:
    key = declared(table).key[0]

    @check(
        f"codes.currency_in_{table}",
        f"{table}.currency",
        severity="high",
        mild=0.001,
        says=Phrase("{count} of {rows} {table} ({share}) are in a currency that does not exist", "{table} 的 {rows} 行中有 {count} 行（{share}）币种不存在").format(
            table=table, count="{count}", rows="{rows}", share="{share}"),
        costs=Phrase("carry an amount of unknown worth", "金额的价值无从得知"),
        repair=Phrase("write the ISO 4217 code, such as EUR or CNY (not RMB, not €)", "请使用 ISO 4217 代码，例如 EUR 或 CNY（而非 RMB 或 €）"),
        reads={table: (key, "currency")},
    )  # fmt: skip
    def unknown(view: View) -> pl.LazyFrame:
        wrong = pl.col("currency").is_not_null() & ~pl.col("currency").is_in(sorted(CURRENCIES))
        return view.frame(table).filter(wrong).select(pl.col(key).alias("id"))

    return unknown


def _country(table: str) -> Check:
    key = declared(table).key[0]
    short = pl.col("country").str.contains(r"^[A-Za-z]{2}$")
    unknown = (short & ~pl.col("country").is_in(sorted(COUNTRIES))) | pl.col("country").str.to_lowercase().is_in(
        NOTHING
    )
    better = pl.col("country").str.to_uppercase().replace(USUAL)

    def mend(view: View) -> dict[str, pl.DataFrame]:
        wrong = view.frame(table).filter(unknown & better.is_in(sorted(COUNTRIES))).collect()
        return {table: wrong.select(key, better.alias("country"), pl.col("country").alias("_was"))}

    @check(
        f"codes.country_in_{table}",
        f"{table}.country",
        severity="low",
        says=Phrase("{count} of {rows} {table} ({share}) name a country that does not exist, or say that it is not known", "{table} 的 {rows} 行中有 {count} 行（{share}）的国家不存在，或写作“未知”").format(
            table=table, count="{count}", rows="{rows}", share="{share}"),
        costs=Phrase("cannot be put into a segment by country", "无法按国家分组"),
        repair=Phrase("write the ISO 3166 code (GB, not UK), and nothing where it is not known; Mercer can mend case and UK", "请使用 ISO 3166 代码（GB 而非 UK），未知则留空；Mercer 可修正大小写与 UK"),
        reads={table: (key, "country")},
        # A log's rows stay as they were written.
        mend=None if declared(table).append else mend,
    )  # fmt: skip
    def find(view: View) -> pl.LazyFrame:
        return view.frame(table).filter(unknown).select(pl.col(key).alias("id"))

    return find


CURRENCY = tuple(_currency(table) for table in ("orders", "order_lines", "variants", "payments"))
COUNTRY = tuple(_country(table) for table in ("orders", "customers", "events"))
