// An archive file (归档文件): the sealed payloads of one closed month, as they stood in the database. It holds nothing
// that is not sealed, and no key: those stay in the ledger, where an erasure destroys them.
//   head   "yht-archive-1\n" origin "\n" month "\n"       texts; month as "2019-04"
//   body   the sealed payloads, one behind the other
//   index  a row of 52 octets an entry, ascending by digest: digest(32) seq(8) offset(8) length(4)
//   tail   offset of the index(8) rows(8) SHA-256 of everything before it(32)
// Numbers are big-endian. The digest is the SHA-256 commitment that the entry's leaf holds; length 0: the entry was erased before.
// Uses: crypto, ledger/format. Used by: ledger/store only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/crypto/digest.h"

namespace yht::ledger {

struct ArchiveIndexRow {
    base::Bytes digest;
    std::uint64_t seq = 0;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
};

/// "<folder of the database>/archive".
std::string archiveFolderOf(const std::string& database_path);

/// Unavailable; its detail names the file and what to do.
base::Error archiveUnreadable(const std::string& path, const std::string& why);

/// Writes one file front to back. Thread-safety: one thread.
class ArchiveFileWriter {
public:
    /// Makes `path` anew, for the owner alone. Errors: DiskFull, IoFailed.
    static base::Result<std::unique_ptr<ArchiveFileWriter>> create(
        const std::string& path, const std::string& origin, const std::string& month
    );
    /// The unfinished file goes.
    ~ArchiveFileWriter();
    ArchiveFileWriter(const ArchiveFileWriter&) = delete;
    ArchiveFileWriter& operator=(const ArchiveFileWriter&) = delete;

    /// Errors: DiskFull, IoFailed.
    base::Status add(std::uint64_t seq, base::BytesView digest, base::BytesView sealed);
    std::size_t entries() const { return rows_.size(); }
    std::uint64_t bodyBytes() const { return written_; }
    /// Index and tail, then fsync. The digest in the tail. Errors: DiskFull, IoFailed.
    base::Result<base::Bytes> finish();

private:
    ArchiveFileWriter(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
    base::Status write(base::BytesView bytes);
    base::Status flush();

    std::string path_;
    int descriptor_;
    bool finished_ = false;
    std::uint64_t written_ = 0;  // of everything given to write()
    base::Bytes buffer_;
    crypto::Sha256 digest_;
    std::vector<ArchiveIndexRow> rows_;
};

/// An archive file opened for reading. Thread-safety: one thread at a time.
class ArchiveFile {
public:
    /// Head and tail only are read. Errors: Unavailable, naming the file and what to do.
    static base::Result<std::unique_ptr<ArchiveFile>> open(const std::string& path);
    ~ArchiveFile();
    ArchiveFile(const ArchiveFile&) = delete;
    ArchiveFile& operator=(const ArchiveFile&) = delete;

    std::uint64_t rows() const { return rows_; }
    const std::string& month() const { return month_; }
    std::uint64_t sizeBytes() const { return index_offset_ + rows_ * kRowBytes + kTailBytes; }
    /// As the tail says it; check() holds it against the bytes.
    const base::Bytes& digest() const { return digest_; }
    /// nullopt: no entry with that digest. Errors: Unavailable.
    base::Result<std::optional<ArchiveIndexRow>> find(base::BytesView digest) const;
    /// Requires: number < rows(). Errors: Unavailable.
    base::Result<ArchiveIndexRow> row(std::uint64_t number) const;
    /// Errors: Unavailable.
    base::Result<base::Bytes> sealed(const ArchiveIndexRow& row) const;
    /// Reads all of it: its digest is what the tail says, and `expected`. Errors: Unavailable.
    base::Status check(base::BytesView expected) const;
    /// The sequence numbers of its entries, ascending. Errors: Unavailable.
    base::Result<std::vector<std::uint64_t>> seqs() const;

    static constexpr std::size_t kRowBytes = 32 + 8 + 8 + 4;
    static constexpr std::size_t kTailBytes = 8 + 8 + 32;

private:
    ArchiveFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
    base::Status readHeadAndTail();
    base::Result<base::Bytes> read(std::uint64_t offset, std::size_t length) const;
    base::Error damaged(const std::string& why) const { return archiveUnreadable(path_, why); }

    const std::string path_;
    const int descriptor_;
    std::string month_;
    base::Bytes digest_;
    std::uint64_t index_offset_ = 0, rows_ = 0;
};

}  // namespace yht::ledger
