-- The numbers of pages, as docs/store-format.md describes them. Nothing here is an interface: it may change with each version.

-- The double of IEEE 754 binary64 with these bits; NULL for NaN. Multiplied by powers of two, which is exact.
CREATE OR REPLACE FUNCTION page_double(bits bigint) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    exponent CONSTANT integer := (bits >> 52) & 2047;
    fraction CONSTANT bigint := bits & 4503599627370495;
    sign CONSTANT double precision := CASE WHEN bits < 0 THEN -1 ELSE 1 END;
BEGIN
    IF exponent = 0 THEN
        RETURN sign * fraction * power(2::double precision, -1074);
    ELSIF exponent < 2047 THEN
        RETURN sign * (fraction + 4503599627370496) * power(2::double precision, exponent - 1075);
    END IF;
    RETURN CASE WHEN fraction = 0 THEN sign * 'Infinity' END;
END $$;

-- Of each byte what it does to a checksum: CRC-32C (RFC 3720), reflected. Computed when a statement is planned.
CREATE OR REPLACE FUNCTION page_checksum_table() RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    crc bigint;
    result bigint[];
BEGIN
    FOR byte IN 0..255 LOOP
        crc := byte;
        FOR bit IN 1..8 LOOP
            crc := crc >> 1 # CASE WHEN crc & 1 = 1 THEN 2197175160 ELSE 0 END;
        END LOOP;
        result[byte] := crc;
    END LOOP;
    RETURN result;
END $$;

-- Whether the last four bytes of a head or body are the checksum of the page's number, the length of its span, and all bytes before.
CREATE OR REPLACE FUNCTION page_is_whole(id bigint, quarters integer, bytes bytea) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    steps CONSTANT bigint[] := page_checksum_table();
    last CONSTANT integer := octet_length(bytes) - 5;
    span CONSTANT bigint := quarters * 900000::bigint;
    crc bigint := 4294967295;
BEGIN
    IF last < 0 THEN
        RETURN false;
    END IF;
    FOR i IN 0..7 LOOP
        crc := crc >> 8 # steps[(crc # (id >> 8 * i)) & 255];
    END LOOP;
    FOR i IN 0..7 LOOP
        crc := crc >> 8 # steps[(crc # (span >> 8 * i)) & 255];
    END LOOP;
    FOR i IN 0..last LOOP
        crc := crc >> 8 # steps[(crc # get_byte(bytes, i)) & 255];
    END LOOP;
    crc := crc # 4294967295;
    RETURN get_byte(bytes, last + 1) = crc & 255 AND get_byte(bytes, last + 2) = crc >> 8 & 255
        AND get_byte(bytes, last + 3) = crc >> 16 & 255 AND get_byte(bytes, last + 4) = crc >> 24;
END $$;

-- The bits of a head or body without its checksum, and 64 zeros before them. The first bit of the first byte is the last one: so numbers stand as they are written.
CREATE OR REPLACE FUNCTION page_bits(bytes bytea) RETURNS bit varying
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ('x' || repeat('0', 16) || regexp_replace(reverse(encode(substring(bytes FOR octet_length(bytes) - 4), 'hex')), '(.)(.)', '\2\1', 'g'))::bit varying
$$;

-- An unsigned number (LEB128) whose first byte ends at "at"; and where it ends. Bits beyond the 64th are lost.
CREATE OR REPLACE FUNCTION page_unsigned(bits bit varying, at integer) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    value bigint := 0;
    shift integer := 0;
    byte integer;
BEGIN
    LOOP
        IF at < 72 OR shift > 63 THEN
            RETURN ARRAY[0, 0];
        END IF;
        byte := substring(bits FROM at - 7 FOR 8)::integer;
        at := at - 8;
        value := value | ((byte & 127)::bigint << shift);
        shift := shift + 7;
        IF byte < 128 THEN
            RETURN CASE WHEN shift = 70 AND byte > 1 THEN ARRAY[0, 0] ELSE ARRAY[value, at] END;
        END IF;
    END LOOP;
END $$;

-- A column of numbers, each the one before plus "step" and the zigzag of what is written, divided by "divisor". "first" is the first one; where it is NULL each is what is written.
-- After the numbers follows where the column ends; 0 where it cannot be read.
CREATE OR REPLACE FUNCTION page_numbers(bits bit varying, at integer, count integer, first bigint, step bigint, divisor double precision) RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    numbers double precision[] := array_fill(coalesce(first, 0) / divisor, ARRAY[count + 1]);
    next integer := CASE WHEN first IS NULL THEN 1 ELSE 2 END;
    parameter integer;
    low bigint;
    taken bigint;
    quotient integer;
    number bigint;
    rest integer;
    value bigint := first;
    most CONSTANT bigint := 1::bigint << 61;
BEGIN
    numbers[count + 1] := 0;
    -- No writer writes such numbers, and no sum of others overflows.
    IF at < 72 OR abs(first) > most OR step NOT BETWEEN 0 AND 86400000 THEN
        RETURN numbers;
    END IF;
    CASE substring(bits FROM at - 7 FOR 8)::integer
    WHEN 0 THEN
        IF step <> 0 THEN
            FOR i IN 2..count LOOP
                numbers[i] := (first + (i - 1) * step) / divisor;
            END LOOP;
        END IF;
        numbers[count + 1] := at - 8;
        RETURN numbers;
    WHEN 1 THEN
        at := at - 8;
    ELSE
        RETURN numbers;
    END CASE;
    WHILE next <= count AND at > 64 AND (value BETWEEN -most AND most) IS NOT FALSE LOOP
        parameter := substring(bits FROM at - 4 FOR 5)::integer;
        at := at - 5;
        low := (1::bigint << parameter) - 1;
        FOR i IN next..least(next + 63, count) LOOP
            number := 0;
            IF parameter < 31 THEN
                taken := substring(bits FROM at - 51 FOR 52)::bigint;
                -- The lowest zero tells how many ones there are.
                quotient := ln(((~taken) & (taken + 1))::double precision) * 1.4426950408889634;
                IF quotient < 20 THEN
                    number := (quotient::bigint << parameter) | ((taken >> quotient + 1) & low);
                    at := at - quotient - 1 - parameter;
                ELSE
                    number := substring(bits FROM at - 67 FOR 48)::bigint;
                    at := at - 68;
                END IF;
            END IF;
            IF first IS NOT NULL THEN
                value := value + step + (number >> 1 # -(number & 1));
                numbers[i] := value / divisor;
            ELSE
                numbers[i] := number;
            END IF;
        END LOOP;
        next := next + 64;
    END LOOP;
    -- Zeros fill the last byte.
    rest := (at - 64) & 7;
    IF at >= 64 AND next > count AND (rest = 0 OR substring(bits FROM at - rest + 1 FOR rest)::integer = 0) THEN
        numbers[count + 1] := at - rest;
    END IF;
    RETURN numbers;
END $$;
