"""Words for the names of sample products."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """Kind of product: its noun, the possible options, its price range in dollars, and whether it fits all
    models."""

    noun: str
    options: tuple[tuple[str, ...], ...]
    cheapest: float
    dearest: float
    universal: bool = False


_ENDS = ("Front", "Rear")
_SIDES = ("Left", "Right")
_COLOURS = ("Black", "White", "Red", "Blue", "Matte Black", "Hi-Viz Yellow", "Silver", "Orange")
_FEW_COLOURS = _COLOURS[:4]
_SIZES = ("XS", "SM", "MD", "LG", "XL", "2XL", "3XL")
_BORES = ("76.00 mm", "95.97 mm", "101.00 mm")
_POSTS = ("YTX9-BS", "YTX14-BS", "YTZ10S", "YTX20L-BS")
_LENGTHS = ("110 Links", "120 Links")
_TIRES = ("110/90-19", "90/90-21", "120/70ZR17", "180/55ZR17", "26x9R-14")
_TRACKS = ('137" x 1.6"', '154" x 2.25"', '165" x 3.0"')

# Adjacent lines are made by the same brands.
LINES = (
    Line("Brake Pad Set", (_ENDS, ("Sintered", "Organic", "Semi-Metallic")), 18, 64),
    Line("Brake Rotor", (_ENDS, ("Solid", "Wave", "Floating, 320 mm")), 69, 239),
    Line("Brake Line Kit", (_ENDS, ("Stainless, Clear", "Stainless, Black", "+4 in.")), 54, 149),
    Line("Lever", (("Brake", "Clutch"), ("Forged", "Folding", "Shorty")), 14, 119),
    Line("Clutch Kit", (("Complete", "Friction Plates Only", "with Springs"),), 64, 289),
    Line("Clutch Cable", (("Black Vinyl", "Braided"), ("Stock Length", "+2 in.", "+6 in.")), 14, 79),
    Line("Chain", (("520", "525", "530"), ("O-Ring", "X-Ring", "Standard"), _LENGTHS), 39, 214),
    Line("Sprocket", (_ENDS, ("Steel", "Aluminum"), ("13T", "15T", "42T", "48T", "50T")), 19, 94),
    Line("Wheel Bearing Kit", (_ENDS, ("with Seals", "Sealed")), 19, 74),
    Line("Tire", (_ENDS, _TIRES), 59, 329),
    Line("Inner Tube", (("80/100-21", "110/90-19", "26x10-12"), ("TR4 Valve", "TR6 Valve")), 11, 42, True),
    Line("Fork Seal Kit", (("41 mm", "43 mm", "48 mm"), ("Seals Only", "with Dust Caps")), 18, 64),
    Line("Shock", (_ENDS, ("Piggyback", "Emulsion"), _SIDES), 189, 899),
    Line("Handlebar", (('7/8"', '1-1/8"'), ("Low", "Mid", "High Bend"), _FEW_COLOURS), 49, 149),
    Line("Grips", (("Half Waffle", "Full Waffle", "Lock-On"), _COLOURS), 9, 42, True),
    Line("Mirror", (_SIDES, ("Chrome", "Black"), ("Round", "Teardrop")), 14, 89),
    Line("Windshield", (("Clear", "Smoke", "Dark Smoke"), ('12"', '15"', '18"')), 59, 329),
    Line("Turn Signal", (("LED", "Bulb"), ("Amber", "Smoke"), _ENDS), 12, 94),
    Line("Battery", (("AGM", "Lithium", "Conventional"), _POSTS), 44, 289, True),
    Line("Spark Plug", (("Nickel", "Iridium", "Platinum"), ("CR8E", "CPR8EA-9", "BR9ES")), 3, 19),
    Line("Oil Filter", (("Spin-On", "Cartridge", "Chrome"),), 6, 24),
    Line("Air Filter", (("Foam", "Cotton", "Pre-Oiled Foam"),), 16, 94),
    Line(
        "Engine Oil",
        (("10W-40", "20W-50", "5W-40"), ("Synthetic", "Mineral"), ("1 qt", "1 gal")),
        7,
        64,
        True,
    ),
    Line("Chain Lube", (("Aerosol, 13 oz", "Wax, 10 oz"),), 9, 21, True),
    Line("Carburetor Repair Kit", (("Complete", "Float Needle"),), 19, 94),
    Line("Gasket Kit", (("Top End", "Complete", "Clutch Cover"),), 14, 189),
    Line("Piston Kit", (("Standard", "+0.25 mm", "High Compression"), _BORES), 64, 319),
    Line("Exhaust", (("Slip-On", "Full System"), ("Aluminum", "Stainless", "Carbon")), 219, 1149),
    Line("Skid Plate", (("Aluminum", "UHMW"), ("Full", "Front A-Arm")), 89, 489),
    Line("Winch", (("2500 lb", "3500 lb", "4500 lb"), ("Steel Cable", "Synthetic Rope")), 219, 679, True),
    Line("Tie-Down Strap", (('1" x 6 ft', '1.5" x 7 ft'), ("Pair", "Pair, Soft Hook")), 14, 49, True),
    Line("Cover", (("Motorcycle", "ATV", "UTV", "PWC", "Snowmobile"), ("MD", "LG", "XL")), 39, 249, True),
    Line("Snowmobile Track", (_TRACKS,), 489, 1099),
    Line("Impeller", (("Stainless, 14/19", "Stainless, 13/18"),), 189, 389),
    Line("Helmet", (("Full Face", "Off-Road", "Modular"), _COLOURS, _SIZES), 99, 649, True),
    Line("Goggles", (("Clear Lens", "Mirror Lens", "OTG"), _COLOURS), 24, 179, True),
    Line("Gloves", (("Summer", "Heated", "Motocross"), _FEW_COLOURS, _SIZES), 19, 229, True),
    Line("Jersey", (("Vented", "Youth"), _COLOURS, _SIZES), 24, 69, True),
    Line("Jacket", (("Textile", "Leather", "Mesh"), _FEW_COLOURS, _SIZES), 129, 549, True),
    Line(
        "Boots",
        (("Motocross", "Touring", "Short"), ("Size 8", "Size 9", "Size 11", "Size 12")),
        109,
        599,
        True,
    ),
)

FITMENTS = (
    "Honda CRF450R 21-24",
    "Honda TRX420 14-24",
    "Honda CBR600RR 07-24",
    "Kawasaki KX450 19-24",
    "Kawasaki Ninja 650 17-24",
    "Kawasaki Mule Pro-FXT 15-24",
    "Yamaha YZ250F 19-24",
    "Yamaha Grizzly 700 16-24",
    "Yamaha MT-07 18-24",
    "Suzuki DR-Z400S 00-24",
    "Suzuki GSX-R750 11-24",
    "Polaris RZR XP 1000 14-24",
    "Polaris Sportsman 570 14-24",
    "Can-Am Maverick X3 17-24",
    "Sea-Doo GTX 300 16-24",
    "KTM 350 SX-F 19-24",
    "Harley-Davidson FLHX 14-24",
    "Universal",
)

# All invented.
BRANDS = (
    *("Ironvale", "TorqLine", "Kestrel Moto", "RidgeBack", "BlueTread", "Apex Nine", "Hollow Point"),
    *("Dunmore", "Slatebrook", "Vantage", "Copperhead", "Northstar", "Mudlark", "Redline Works", "Foxglove"),
    *("Trailborne", "Grizzly Forge", "Motorex Bay", "Stonecutter", "Halcyon", "Boundary Gear", "Fathom"),
    *("Switchback", "Pinion & Pawl", "Volt Harbor", "Lumenight", "Garrison", "Tidewater", "Snowline"),
    *("Quarry", "Brightwater", "Cinder", "Rally Point", "Ember Moto", "Öhlmark", "Steelhead", "Wingnut"),
    *("Cascade Powersports", "Dustfall", "Talon Off-Road"),
)

OEM_NOUNS = (
    *("Gasket, Cylinder Head", "Gasket, Clutch Cover", "Seal, Oil", "O-Ring", "Bolt, Flange", "Nut, Hex"),
    *("Washer", "Collar, Wheel", "Bearing, Ball", "Piston", "Ring Set, Piston", "Pin, Piston", "Circlip"),
    *("Valve, Intake", "Valve, Exhaust", "Spring, Valve", "Camshaft", "Chain, Cam", "Tensioner Assy"),
    *("Filter, Oil", "Element, Air", "Plate, Friction", "Plate, Clutch", "Spring, Clutch", "Cable, Throttle"),
    *("Cable, Clutch", "Lever, Front Brake", "Pad Set, Brake", "Caliper Sub Assy", "Disc, Rear Brake"),
    *("Hose, Brake", "Master Cylinder Assy", "Wheel, Front", "Spoke Set", "Rim, Rear", "Sprocket, Drive"),
    *("Sprocket, Final Driven", "Fork Sub Assy", "Tube, Inner Fork", "Dust Seal, Fork", "Cushion Assy, Rear"),
    *("Arm, Swing", "Bush, Rubber", "Grommet", "Fender, Front", "Cover, Side, Left", "Cover, Side, Right"),
    *("Shroud, Radiator", "Seat Assy", "Tank, Fuel", "Cap, Fuel Tank", "Pump Assy, Fuel", "Injector"),
    *("Carburetor Assy", "Jet, Main", "Plug, Spark", "Coil, Ignition", "Stator Assy", "Regulator Assy"),
    *("Relay, Starter", "Motor Assy, Starter", "Switch, Handle", "Harness, Wire", "Fuse", "Lamp Assy, Tail"),
    *("Headlight Assy", "Bulb", "Mirror Assy, Back", "Emblem", "Decal Set", "Manual, Owner's", "Belt, Drive"),
    *("Radiator Assy", "Hose, Radiator", "Impeller, Water Pump", "Roller, Track", "Anode, Zinc"),
)

SHOP_NOUNS = (
    *("Shop T-Shirt", "Hoodie", "Cap", "Beanie", "Coffee Mug", "Key Tag", "Sticker Sheet", "Gift Card"),
    *("License Plate Frame", "Zip Tie Pack", "Shop Towels", "Service Kit, 50 Hour", "Service Kit, 100 Hour"),
    *("Winterizing Kit", "Tie-Down Set", "Hardware Kit, Fairing", "Hardware Kit, Engine", "Touch-Up Paint"),
    *("Wash & Wax", "Bike Stand"),
)
