-- Reads pages as docs/store-format.md describes them. Nothing here is an interface: it may change with each version.

-- The values of a quantity, one for each reading; NULL where the reading lacks it. After them follows where the column ends; 0 where it cannot be read.
CREATE OR REPLACE FUNCTION page_column(bits bit varying, at integer, count integer, present integer, form integer) RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    powers CONSTANT double precision[] := '[0:9]={1,1e1,1e2,1e3,1e4,1e5,1e6,1e7,1e8,1e9}';
    broken CONSTANT double precision[] := array_fill(0::double precision, ARRAY[count + 1]);
    presence CONSTANT integer := at;
    numbers double precision[];
    spread double precision[];
    taken bigint[];
    exceptions bigint;
    place bigint := 1;
    next integer := 0;
BEGIN
    IF present < count THEN
        at := at - 8 * ((count + 7) / 8);
    END IF;
    IF form & 16 <> 0 THEN
        IF at - 64 < present * 64::bigint THEN
            RETURN broken;
        END IF;
        numbers := array_fill(NULL::double precision, ARRAY[present]);
        FOR i IN 1..present LOOP
            numbers[i] := page_double(substring(bits FROM at - 63 FOR 64)::bigint);
            at := at - 64;
        END LOOP;
    ELSE
        taken := page_unsigned(bits, at);
        numbers := page_numbers(bits, taken[2]::integer, present, taken[1] >> 1 & 9223372036854775807 # -(taken[1] & 1), 0, powers[form & 15]);
        at := numbers[present + 1];
        IF form & 32 <> 0 THEN
            taken := page_unsigned(bits, at);
            exceptions := taken[1];
            at := taken[2];
            WHILE exceptions <> 0 LOOP
                taken := page_unsigned(bits, at);
                IF taken[1] NOT BETWEEN 0 AND present - place OR taken[2] < 128 THEN
                    RETURN broken;
                END IF;
                place := place + taken[1];
                numbers[place] := page_double(substring(bits FROM taken[2]::integer - 63 FOR 64)::bigint);
                at := taken[2] - 64;
                exceptions := exceptions - 1;
            END LOOP;
        END IF;
    END IF;
    IF present < count AND at >= 64 THEN
        spread := array_fill(NULL::double precision, ARRAY[count]);
        FOR i IN 1..count LOOP
            IF get_bit(bits, presence - i) = 1 THEN
                next := next + 1;
                spread[i] := numbers[next];
            END IF;
        END LOOP;
        IF next <> present THEN
            RETURN broken;
        END IF;
        numbers := spread;
    END IF;
    numbers[count + 1] := at;
    RETURN numbers;
END $$;

-- Refuses a page.
CREATE OR REPLACE FUNCTION page_refuse(device text, id bigint, what text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RAISE data_corrupted USING MESSAGE = format(
        'The page of device %s of %s is damaged: %s.', device,
        to_char(timestamp 'epoch' + (id & 16777215) * interval '15 minutes', 'YYYY-MM-DD"T"HH24:MI"Z"'), what);
END $$;

-- The readings of a page, in the order of time: each quantity by its number. A page that is not as it was written is an error that names device and time.
CREATE OR REPLACE FUNCTION page_readings(device text, id bigint, quarters integer, head bytea, body bytea)
RETURNS TABLE (
    ts bigint, source integer, v1 double precision, v2 double precision, v3 double precision, v4 double precision, v5 double precision,
    v6 double precision, v7 double precision, v8 double precision, v9 double precision, v10 double precision)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 ROWS 300 AS $$
DECLARE
    span CONSTANT bigint := quarters * 900000::bigint;
    bits bit varying;
    at integer;
    taken bigint[];
    version integer;
    count bigint;
    first bigint;
    length bigint;
    columns integer;
    ids integer[];
    forms integer[];
    present integer[];
    times double precision[];
    sources double precision[];
    numbers double precision[];
    c1 double precision[]; c2 double precision[]; c3 double precision[]; c4 double precision[]; c5 double precision[];
    c6 double precision[]; c7 double precision[]; c8 double precision[]; c9 double precision[]; c10 double precision[];
BEGIN
    IF NOT page_is_whole(id, quarters, head) THEN
        PERFORM page_refuse(device, id, 'the checksum of its head does not match');
    ELSIF NOT page_is_whole(id, quarters, body) THEN
        PERFORM page_refuse(device, id, 'the checksum of its body does not match');
    END IF;

    bits := page_bits(head);
    at := bit_length(bits);
    version := substring(bits FROM at - 7 FOR 8)::integer;
    IF version <> 1 THEN
        PERFORM page_refuse(device, id, format('its format %s is not known', version));
    END IF;
    taken := page_unsigned(bits, at - 8);
    count := taken[1];
    taken := page_unsigned(bits, taken[2]::integer);
    first := taken[1];
    taken := page_unsigned(bits, taken[2]::integer);
    length := taken[1];
    at := taken[2];
    -- Each reading has a millisecond of its own.
    IF at < 72 OR count < 1 OR first NOT BETWEEN 0 AND span - 1 OR length NOT BETWEEN 0 AND span - 1 - first OR count > length + 1 THEN
        PERFORM page_refuse(device, id, 'its head is impossible');
    END IF;
    columns := substring(bits FROM at - 7 FOR 8)::integer;
    at := at - 8;
    FOR i IN 1..columns LOOP
        ids[i] := substring(bits FROM at - 7 FOR 8)::integer;
        forms[i] := substring(bits FROM at - 15 FOR 8)::integer;
        at := at - 16;
        present[i] := count;
        IF at < 64 OR forms[i] & 15 > 9 OR ids[i] <= ids[i - 1] THEN
            PERFORM page_refuse(device, id, 'its head is impossible');
        ELSIF ids[i] NOT BETWEEN 1 AND 10 THEN
            PERFORM page_refuse(device, id, format('it has a quantity %s, which is not known', ids[i]));
        ELSIF forms[i] & 64 <> 0 THEN
            taken := page_unsigned(bits, at);
            present[i] := CASE WHEN taken[1] BETWEEN 0 AND count THEN taken[1] ELSE count END;
            at := taken[2];
        END IF;
        IF present[i] = 0 THEN
            PERFORM page_refuse(device, id, 'its head is impossible');
        END IF;
        -- The least and the greatest value, and the integral; and the seconds.
        IF forms[i] & 48 <> 0 THEN
            at := at - 192;
        ELSE
            at := (page_unsigned(bits, (page_unsigned(bits, (page_unsigned(bits, at))[2]::integer))[2]::integer))[2];
        END IF;
        at := (page_unsigned(bits, at))[2];
    END LOOP;
    IF at IS DISTINCT FROM 64 THEN
        PERFORM page_refuse(device, id, 'its head is impossible');
    END IF;

    bits := page_bits(body);
    at := bit_length(bits);
    first := (id & 16777215) * 900000 + first;
    times := ARRAY[first];
    IF count > 1 THEN
        taken := page_unsigned(bits, at);
        times := page_numbers(bits, taken[2]::integer, count::integer, first, taken[1], 1);
        at := times[count + 1];
    END IF;
    CASE substring(bits FROM at - 7 FOR 8)::integer
    WHEN 0 THEN
        sources := array_fill(substring(bits FROM at - 15 FOR 8)::integer::double precision, ARRAY[count::integer]);
        at := at - 16;
    WHEN 1 THEN
        sources := page_numbers(bits, at - 8, count::integer, NULL, 0, 1);
        at := sources[count + 1];
    ELSE
        at := 0;
    END CASE;
    FOR i IN 1..columns LOOP
        numbers := page_column(bits, at, count::integer, present[i], forms[i]);
        at := numbers[count + 1];
        CASE ids[i]
        WHEN 1 THEN c1 := numbers; WHEN 2 THEN c2 := numbers; WHEN 3 THEN c3 := numbers; WHEN 4 THEN c4 := numbers; WHEN 5 THEN c5 := numbers;
        WHEN 6 THEN c6 := numbers; WHEN 7 THEN c7 := numbers; WHEN 8 THEN c8 := numbers; WHEN 9 THEN c9 := numbers; WHEN 10 THEN c10 := numbers;
        END CASE;
    END LOOP;
    IF at IS DISTINCT FROM 64 OR times[count] IS DISTINCT FROM (first + length)::double precision THEN
        PERFORM page_refuse(device, id, 'its body does not fit its head');
    END IF;
    RETURN QUERY SELECT times[i]::bigint, (sources[i]::bigint & 255)::integer, c1[i], c2[i], c3[i], c4[i], c5[i], c6[i], c7[i], c8[i], c9[i], c10[i]
        FROM generate_series(1, count::integer) AS i;
END $$;
