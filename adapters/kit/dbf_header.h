// The header of a DBF table: its fields and where they stand in a record. Layout: decode_dbf.h.
// Uses: base, decoder. Used by: decode_dbf.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/decoder.h"
#include "gateway/base/result.h"

namespace yht::kit {

struct DbfField {
    std::size_t number = 0;  // from 1
    std::string name;        // bytes, in the table's charset
    char type = 'C';
    std::size_t offset = 0, width = 0;  // in a record; its first byte is the mark of deletion
    std::uint8_t decimals = 0;
};

struct DbfHeader {
    bool foxpro = false;  // B is a double, a memo's block a 4-byte number where it is 4 bytes wide
    bool dbase3 = false;  // its memo file is one of dBase III
    std::uint64_t record_count = 0;
    std::size_t header_bytes = 0, record_bytes = 0;
    std::uint8_t language = 0;
    std::vector<DbfField> fields;

    /// Errors: ItemUndecodable, ItemTooLarge (fields, bytes of a record).
    static base::Result<DbfHeader> read(std::string_view file, const DecodeLimits& limits);
    /// The charset that the language byte names, "" where it names none that is known.
    const char* charset() const;
};

/// Little-endian. Requires: the bytes are there.
std::uint64_t littleEndian(std::string_view bytes, std::size_t at, std::size_t width);

}  // namespace yht::kit
