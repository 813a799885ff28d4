"""Places of the demo's users: names that fit a language, a time zone and cities."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A country. `given` and `family` pair each name in its own script with its Latin form."""

    country: str
    # Of the names and of `user_metadata.language`, so that the demo's data agree.
    language: str
    zone: str
    cities: tuple[str, ...]
    streets: tuple[str, ...]
    given: tuple[tuple[str, str], ...]
    family: tuple[tuple[str, str], ...]


def parse_names(text: str) -> tuple[tuple[str, str], ...]:
    """Parse `Zoë=Zoe Anna` to pairs; a name without `=` is its own Latin form."""
    pairs = (name.partition("=") for name in text.split())
    return tuple((name, latin or name) for name, _, latin in pairs)


PLACES = (
    Place(
        "GB",
        "en",
        "Europe/London",
        ("London", "Leeds", "Bristol", "Glasgow", "Cardiff"),
        ("High Street", "Mill Lane", "Station Road"),
        parse_names("Oliver Amelia Jack Priya Siân=Sian Harry Zoë=Zoe Mohammed Grace Callum Imogen Nia"),
        parse_names("Smith Jones Patel Taylor O'Brien=Obrien Khan Murphy Hughes Begum Clarke Lloyd-Price"),
    ),
    Place(
        "US",
        "en",
        "America/New_York",
        ("Portland", "Austin", "Boston", "Duluth", "Santa Fe"),
        ("Maple Avenue", "2nd Street", "Lincoln Road"),
        parse_names("Emma Noah Ava Liam Maya Ethan Destiny Tyler Hannah Marcus Chloe DeShawn"),
        parse_names("Johnson Williams Nguyen Davis Rodriguez Brown Cohen Washington Kim Miller Begay"),
    ),
    Place(
        "DE",
        "de",
        "Europe/Berlin",
        ("Berlin", "Köln", "München", "Leipzig", "Lübeck"),
        ("Hauptstraße", "Gartenweg", "Am Markt"),
        parse_names(
            "Lena Jürgen=Juergen Mia Jörg=Joerg Hannah Emre Käthe=Kaethe Finn Aylin Bernd Sören=Soeren"
        ),
        parse_names(
            "Müller=Mueller Schmidt Weiß=Weiss Fischer Yılmaz=Yilmaz Schröder=Schroeder Vogel Groß=Gross"
        ),
    ),
    Place(
        "FR",
        "fr",
        "Europe/Paris",
        ("Paris", "Nîmes", "Lyon", "Saint-Étienne", "Rennes"),
        ("rue de la Paix", "avenue Foch", "place du Marché"),
        parse_names(
            "Chloé=Chloe Hugo Inès=Ines François=Francois Léa=Lea Mehdi Renée=Renee Louis Maëlle=Maelle"
        ),
        parse_names(
            "Martin Lefèvre=Lefevre Dubois Moreau Benali Garçon=Garcon Noël=Noel Traoré=Traore Petit"
        ),
    ),
    Place(
        "ES",
        "es",
        "Europe/Madrid",
        ("Madrid", "Cádiz", "Málaga", "Bilbao", "A Coruña"),
        ("calle Mayor", "plaza de España", "paseo del Prado"),
        parse_names("Lucía=Lucia José=Jose Martín=Martin Sofía=Sofia Iker Begoña=Begona Ángel=Angel Nuria"),
        parse_names("García=Garcia Núñez=Nunez López=Lopez Ibáñez=Ibanez Romero Etxeberria Peña=Pena"),
    ),
    Place(
        "PL",
        "pl",
        "Europe/Warsaw",
        ("Kraków", "Łódź", "Gdańsk", "Poznań", "Wrocław"),
        ("ulica Długa", "aleja Róż", "Rynek Główny"),
        parse_names("Łukasz=Lukasz Zofia Paweł=Pawel Małgorzata=Malgorzata Jan Świętosława=Swietoslawa Olga"),
        parse_names("Nowak Wójcik=Wojcik Kowalska Dąbrowski=Dabrowski Zając=Zajac Szczęsna=Szczesna"),
    ),
    Place(
        "SE",
        "sv",
        "Europe/Stockholm",
        ("Göteborg", "Umeå", "Malmö", "Uppsala", "Gävle"),
        ("Storgatan", "Björkvägen", "Kungsgatan"),
        parse_names("Åsa=Asa Elsa Björn=Bjorn Nils Märta=Marta Axel Saga Östen=Osten Freja"),
        parse_names("Larsson Öberg=Oberg Åkerström=Akerstrom Lindqvist Sjögren=Sjogren Hassan"),
    ),
    Place(
        "GR",
        "el",
        "Europe/Athens",
        ("Αθήνα", "Θεσσαλονίκη", "Πάτρα", "Ηράκλειο"),
        ("Οδός Ερμού", "Λεωφόρος Νίκης", "Οδός Πατησίων"),
        parse_names("Ελένη=Eleni Γιώργος=Giorgos Μαρία=Maria Νίκος=Nikos Ζωή=Zoi Θανάσης=Thanasis"),
        parse_names("Παππάς=Pappas Οικονόμου=Oikonomou Βλάχου=Vlachou Αγγελόπουλος=Angelopoulos"),
    ),
    Place(
        "UA",
        "uk",
        "Europe/Kyiv",
        ("Київ", "Львів", "Одеса", "Харків"),
        ("вулиця Хрещатик", "проспект Свободи", "вулиця Садова"),
        parse_names("Олена=Olena Тарас=Taras Софія=Sofiia Юрій=Yurii Наталія=Nataliia Єва=Yeva"),
        parse_names("Шевченко=Shevchenko Коваль=Koval Мельник=Melnyk Бойко=Boiko Савчук=Savchuk"),
    ),
    Place(
        "JP",
        "ja",
        "Asia/Tokyo",
        ("東京", "京都", "札幌", "那覇"),
        ("一丁目", "中央二丁目", "本町三丁目"),
        parse_names("美咲=Misaki 翔太=Shota 結衣=Yui 大輔=Daisuke さくら=Sakura 健=Ken"),
        parse_names("佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 渡辺=Watanabe 小林=Kobayashi"),
    ),
    Place(
        "KR",
        "ko",
        "Asia/Seoul",
        ("서울", "부산", "대구", "제주"),
        ("세종대로", "해운대로", "중앙로"),
        parse_names("민준=Minjun 서연=Seoyeon 지우=Jiwoo 하은=Haeun 도윤=Doyun"),
        parse_names("김=Kim 이=Lee 박=Park 최=Choi 정=Jung"),
    ),
    Place(
        "EG",
        "ar",
        "Africa/Cairo",
        ("القاهرة", "الإسكندرية", "أسوان"),
        ("شارع النيل", "شارع التحرير", "ميدان الأوبرا"),
        parse_names("فاطمة=Fatma أحمد=Ahmed ليلى=Layla يوسف=Youssef نور=Nour عمر=Omar"),
        parse_names("حسن=Hassan منصور=Mansour السيد=Elsayed فاروق=Farouk سليم=Selim"),
    ),
    Place(
        "IN",
        "hi",
        "Asia/Kolkata",
        ("मुंबई", "दिल्ली", "जयपुर", "लखनऊ"),
        ("महात्मा गांधी मार्ग", "स्टेशन रोड", "नेहरू नगर"),
        parse_names("आरव=Aarav दीया=Diya रोहन=Rohan मीरा=Meera अर्जुन=Arjun कविता=Kavita"),
        parse_names("शर्मा=Sharma सिंह=Singh गुप्ता=Gupta वर्मा=Verma नायर=Nair"),
    ),
    Place(
        "NG",
        "en",
        "Africa/Lagos",
        ("Lagos", "Ìbàdàn", "Enugu", "Kano"),
        ("Broad Street", "Awolowo Road", "Market Road"),
        parse_names("Ngozi Tunde Aisha Chidi Fúnmiláyọ̀=Funmilayo Emeka Zainab Sẹ́gun=Segun"),
        parse_names("Okafor Adébáyọ̀=Adebayo Bello Eze Ọládipọ̀=Oladipo Musa"),
    ),
)
