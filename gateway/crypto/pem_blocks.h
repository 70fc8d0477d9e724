// PEM (RFC 7468) read as blocks, each with its label and its bytes: strict base64, bounded, no guessing.
// Uses: base. Used by: this room.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::crypto {

struct PemBlock {
    std::string label;      // "CERTIFICATE"
    std::string_view text;  // with its two lines, inside the file that was given
    base::Bytes der;        // empty where the block has header lines (traditional encryption)
};

/// Whether a PEM label stands in it.
bool isPem(std::string_view file);
/// Every block; text between them is passed over. Errors: CryptoFailed with Unreadable where a block is not closed or is no
/// base64, TooLarge above `count_max`.
base::Result<std::vector<PemBlock>> readPemBlocks(std::string_view file, std::size_t count_max);
/// The bytes of the one block, which must have one of the labels; a file without PEM is DER already.
/// Errors: CryptoFailed with Unreadable, TrailingOctets where there are several.
base::Result<base::Bytes> derOfPem(std::string_view file, std::initializer_list<std::string_view> labels);

}  // namespace yht::crypto
