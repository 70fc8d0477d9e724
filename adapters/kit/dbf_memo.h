// The second file of a DBF table (备注文件), in which its long texts stand. A table's record names a block, nothing more: what
// the block says of its length is checked against the file, and what is no text is refused.
//   .fpt  FoxPro, numbers big-endian: header 512 bytes, 6 block bytes u16; a block: 0 kind u32 (1 text, 0 picture), 4 length
//         u32, 8 the text. Microsoft: "Memo File Structure (.FPT)"
//   .dbt  dBase III: blocks of 512 bytes, a text goes on to 0x1A
//   .dbt  dBase IV, little-endian: 20 block bytes u16; a block: FF FF 08 00, 4 length u32 with these eight bytes, the text
// Uses: decode_output, dbf_header. Used by: decode_dbf.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/base/result.h"

namespace yht::kit {

class DbfMemo {
public:
    enum class Layout : std::uint8_t { FoxPro, DBase3, DBase4 };

    /// Of the memo file's bytes, which must outlive it. Errors: ItemUndecodable.
    static base::Result<DbfMemo> open(std::string_view file, Layout layout);

    struct Text {
        std::string_view bytes;  // in the table's charset
        std::size_t at = 0;      // where they stand in the memo file
    };
    /// The text at that block. Errors: ItemUndecodable (outside of the file, torn, no text), ItemTooLarge.
    base::Result<Text> text(std::uint64_t block, std::size_t bytes_max) const;

private:
    DbfMemo(std::string_view file, Layout layout, std::size_t block_bytes)
        : file_(file), layout_(layout), block_bytes_(block_bytes) {}

    std::string_view file_;
    Layout layout_;
    std::size_t block_bytes_;
};

}  // namespace yht::kit
