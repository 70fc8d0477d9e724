// One attachment at rest: encrypted in chunks, so that any range is read without the rest.
//
// Byte format 1, integers big-endian:
//   file    = header chunk*
//   header  = magic file_id wrapped_key facts          280 octets, written last
//     magic       "YHTATT1" LF                           8
//     file_id     random                                16
//     wrapped_key sealed(KEK, "yht attachment key" LF file_id, data_key)            12 + 32 + 16
//     facts       sealed(data_key, "yht attachment facts" LF file_id, plain_facts)  12 + 168 + 16
//   plain_facts = size(u64) sha256(32) length(u8) media_type(length) zeros(127 - length)
//   chunk i = sealed(data_key, "yht attachment chunk" LF file_id i(u64), bytes)     12 + n + 16
//   sealed  = nonce(12) ciphertext tag(16), AES-256-GCM, a random nonce each (crypto/aead.h)
// Every chunk has 65536 octets of content but the last, which has 1 to 65536. data_key is random, one a
// file.
//
// Valid where
//   1 magic is as above; the KEK opens wrapped_key, the data key opens facts
//   2 the file is exactly as long as facts.size says, so a cut or lengthened file is found on opening
//   3 every chunk that is read opens under its own number: a chunk changed, moved or taken from another
//     file does not
//   4 facts.sha256 is the name of the file (store.h)
// A header of zeros is a file that was never finished.
//
// Example: 65541 octets of content make two chunks, at 280 and at 280 + 28 + 65536 = 65844; the file
// has 65844 + 28 + 5 = 65877 octets. Content 65530 to 65540 is the end of chunk 0 and all of chunk 1.
// Uses: file_handle, crypto. Used by: attachments only.
#pragma once

#include <memory>

#include "gateway/attachments/file_handle.h"
#include "gateway/base/random.h"
#include "gateway/crypto/key_ring.h"

namespace yht::attachments {

inline constexpr std::size_t kChunkBytes = 64 * 1024;
inline constexpr std::size_t kChunkOverheadBytes = 12 + 16;
inline constexpr std::size_t kHeaderBytes = 280;
inline constexpr std::size_t kMediaTypeBytesMax = 127;

struct Facts {
    std::uint64_t size_bytes = 0;
    base::Bytes sha256;
    std::string media_type;
    bool operator==(const Facts&) const = default;
};

/// So much at most waits for the disk when the last chunk has come: a long file is synced on its way, or its
/// last fsync would take minutes, and the ledger's on the same disk with it.
inline constexpr std::size_t kChunksUnsyncedMax = 512;

/// Length of the file that holds so many octets of content.
std::uint64_t sealedFileBytes(std::uint64_t content_bytes);

/// Writes a new file front to back; holds one chunk in memory.
class SealedWriter {
public:
    SealedWriter(const FileHandle& file, const crypto::KeyRing& kek, base::Random& random);
    /// Errors: DiskFull, IoFailed.
    base::Status write(base::BytesView content);
    /// Once, after the last write. The file has reached the disk when this returns.
    /// Requires: media_type of at most kMediaTypeBytesMax. Errors: DiskFull, IoFailed.
    base::Status finish(const Facts& facts);

private:
    base::Status writeChunk();

    const FileHandle& file_;
    base::Random& random_;
    base::Bytes file_id_, data_key_, wrapped_key_;
    base::Bytes chunk_;  // content not written yet
    std::uint64_t chunks_ = 0;
};

/// Wraps the file's key anew under the KEK in use, where it is under the one before: 60 octets within the first sector, written
/// by one call and synced, so that no kill and no power cut leaves half of them. Whether it had to.
/// Errors: AttachmentCorrupt where it opens under neither, DiskFull, IoFailed.
base::Result<bool> rewrapHeader(const FileHandle& file, const crypto::KeyRing& kek, base::Random& random);

/// Reads any part of a finished file; holds one chunk in memory.
class SealedReader {
public:
    /// Errors: AttachmentCorrupt (also where the KEK is another), IoFailed.
    static base::Result<SealedReader> open(FileHandle file, const crypto::KeyRing& kek);
    const Facts& facts() const { return facts_; }
    /// Content from `offset` to the end of its chunk, at most `count_max` octets; "" at the end.
    /// Errors: AttachmentCorrupt, IoFailed.
    base::Result<base::Bytes> read(std::uint64_t offset, std::uint64_t count_max);

private:
    SealedReader() = default;
    base::Status load(std::uint64_t index);

    FileHandle file_;
    base::Bytes file_id_, data_key_;
    Facts facts_;
    base::Bytes chunk_;  // content of chunk chunk_index_
    std::uint64_t chunk_index_ = UINT64_MAX;
};

}  // namespace yht::attachments
