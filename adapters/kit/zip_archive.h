// A ZIP archive from a stranger, read entry by entry, in pieces: libzip over the bytes as they lie in memory. What an
// entry says of its size is not believed; bytes are counted as they come out.
// Uses: libzip (the only place), base. Used by: decode_xlsx, decode_dbf, pull_files, generated_cases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/result.h"

struct zip;

namespace yht::kit {

/// Requires: the bytes outlive it. Moves. One thread.
class ZipArchive {
public:
    static constexpr std::size_t kEntriesMax = 10'000;
    // Spreadsheets come out 10 to 100 times larger; deflate can do 1032.
    static constexpr std::size_t kExpansionRatioMax = 300;
    static constexpr std::size_t kRatioFreeBytes =
        16U << 20;  // of an entry: below, the ratio is not asked

    /// `expanded_bytes_max`: of everything that is read, together. Errors: ItemUndecodable, ItemTooLarge (entries).
    static base::Result<ZipArchive> open(std::string_view bytes, std::size_t expanded_bytes_max);
    ~ZipArchive();
    ZipArchive(ZipArchive&& other) noexcept;
    ZipArchive& operator=(ZipArchive&&) = delete;

    bool has(const std::string& name) const;
    /// Of every entry, as the archive has them. Requires: bounded by kEntriesMax.
    std::vector<std::string> names() const;
    /// Pieces of the entry, in order, until `take` says false. Errors: ItemUndecodable (no such entry, encrypted, a
    /// method other than deflate, torn, a wrong checksum), ItemTooLarge (bytes, ratio).
    base::Status read(const std::string& name, const std::function<bool(std::string_view)>& take);

private:
    ZipArchive(zip* archive, std::size_t expanded_bytes_max)
        : archive_(archive), expanded_bytes_left_(expanded_bytes_max) {}
    zip* archive_;
    std::size_t expanded_bytes_left_;
};

enum class Packing : std::uint8_t { Stored, Deflated };
/// An archive of these files (name, bytes) in their order, without times: the same bytes each time. Requires: names that
/// differ. Errors: IoFailed.
base::Result<std::string> packedTogether(
    const std::vector<std::pair<std::string, std::string_view>>& files, Packing packing = Packing::Stored
);

}  // namespace yht::kit
