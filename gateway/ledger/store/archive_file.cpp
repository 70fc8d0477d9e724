#include "gateway/ledger/store/archive_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

namespace yht::ledger {
namespace {

constexpr std::string_view kMagic = "yht-archive-1\n";
constexpr std::size_t kHeadBytesMax = 512;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kBufferBytes = 1024 * 1024;
constexpr std::size_t kReadBytes = 1024 * 1024;

base::Error writeFailed(const std::string& path, int reason) {
    const auto code = reason == ENOSPC || reason == EDQUOT ? base::ErrorCode::DiskFull : base::ErrorCode::IoFailed;
    return base::makeError(code, path + ": " + std::strerror(reason));
}

ArchiveIndexRow decodeRow(base::BytesView bytes) {
    ArchiveIndexRow row;
    row.digest = base::Bytes(bytes.substr(0, kDigestBytes));
    base::ByteReader in(bytes.substr(kDigestBytes));
    row.seq = in.u64();
    row.offset = in.u64();
    row.length = in.u32();
    return row;
}

}  // namespace

std::string archiveFolderOf(const std::string& database_path) {
    return (std::filesystem::path(database_path).parent_path() / "archive").string();
}

base::Error archiveUnreadable(const std::string& path, const std::string& why) {
    return base::makePublicError(
        base::ErrorCode::Unavailable,
        "The content is in an archive of a closed month that can't be read now; the operators know which.",
        "该内容位于已归档月份的归档文件中,暂时无法读取,运维人员可查到是哪个文件。",
        path + ": " + why + "; put the file back from a backup of the folder archive/, then yht ledger verify. "
        "归档文件缺失或损坏,请从 archive/ 的备份中恢复该文件,再执行 yht ledger verify"
    );
}

base::Result<std::unique_ptr<ArchiveFileWriter>> ArchiveFileWriter::create(
    const std::string& path, const std::string& origin, const std::string& month
) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return writeFailed(path, errno);
    std::unique_ptr<ArchiveFileWriter> writer(new ArchiveFileWriter(path, descriptor));
    if (auto head = writer->write(std::string(kMagic) + origin + "\n" + month + "\n"); !head.ok()) return head.error();
    return writer;
}

ArchiveFileWriter::~ArchiveFileWriter() {
    ::close(descriptor_);
    if (!finished_) ::unlink(path_.c_str());
}

base::Status ArchiveFileWriter::write(base::BytesView bytes) {
    digest_.update(bytes);
    written_ += bytes.size();
    buffer_.append(bytes);
    return buffer_.size() < kBufferBytes ? base::Status() : flush();
}

base::Status ArchiveFileWriter::flush() {
    for (std::size_t done = 0; done < buffer_.size();) {
        const auto count = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return writeFailed(path_, errno);
        done += static_cast<std::size_t>(count);
    }
    buffer_.clear();
    return {};
}

base::Status ArchiveFileWriter::add(std::uint64_t seq, base::BytesView digest, base::BytesView sealed) {
    YHT_ASSERT(digest.size() == kDigestBytes && sealed.size() <= std::numeric_limits<std::uint32_t>::max());
    rows_.push_back({base::Bytes(digest), seq, written_, static_cast<std::uint32_t>(sealed.size())});
    return write(sealed);
}

base::Result<base::Bytes> ArchiveFileWriter::finish() {
    std::sort(rows_.begin(), rows_.end(), [](const auto& a, const auto& b) { return a.digest < b.digest; });
    base::Bytes tail;
    base::appendU64(tail, written_);
    base::appendU64(tail, rows_.size());
    for (const auto& row : rows_) {
        base::Bytes bytes = row.digest;
        base::appendU64(bytes, row.seq);
        base::appendU64(bytes, row.offset);
        base::appendU32(bytes, row.length);
        if (auto done = write(bytes); !done.ok()) return done.error();
    }
    if (auto done = write(tail); !done.ok()) return done.error();
    auto digest = digest_.finish();
    buffer_.append(digest);
    if (auto done = flush(); !done.ok()) return done.error();
    if (::fsync(descriptor_) != 0) return writeFailed(path_, errno);
    finished_ = true;
    return digest;
}

base::Result<std::unique_ptr<ArchiveFile>> ArchiveFile::open(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const int reason = errno;
    std::unique_ptr<ArchiveFile> file(new ArchiveFile(path, descriptor));
    if (descriptor < 0) return file->damaged(reason == ENOENT ? "missing" : std::strerror(reason));
    if (auto read = file->readHeadAndTail(); !read.ok()) return read.error();
    return file;
}

ArchiveFile::~ArchiveFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

base::Status ArchiveFile::readHeadAndTail() {
    struct stat info {};
    if (::fstat(descriptor_, &info) != 0) return damaged(std::strerror(errno));
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size < kMagic.size() + kTailBytes) return damaged("cut short");
    const auto head = read(0, static_cast<std::size_t>(std::min<std::uint64_t>(size, kHeadBytesMax)));
    if (!head.ok()) return head.error();
    const auto origin_end = head->find('\n', kMagic.size());
    const auto month_end = origin_end == base::Bytes::npos ? origin_end : head->find('\n', origin_end + 1);
    if (!head->starts_with(kMagic) || month_end == base::Bytes::npos) return damaged("not an archive file");
    month_ = head->substr(origin_end + 1, month_end - origin_end - 1);
    const auto tail = read(size - kTailBytes, kTailBytes);
    if (!tail.ok()) return tail.error();
    base::ByteReader in(*tail);
    index_offset_ = in.u64();
    rows_ = in.u64();
    digest_ = tail->substr(kTailBytes - kDigestBytes);
    const std::uint64_t body_end = size - kTailBytes;
    if (index_offset_ > body_end || rows_ != (body_end - index_offset_) / kRowBytes || sizeBytes() != size) {
        return damaged("cut short or altered");
    }
    return {};
}

base::Result<base::Bytes> ArchiveFile::read(std::uint64_t offset, std::size_t length) const {
    base::Bytes bytes(length, '\0');
    for (std::size_t done = 0; done < length;) {
        const auto count = ::pread(descriptor_, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return damaged(std::strerror(errno));
        if (count == 0) return damaged("cut short");
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

base::Result<ArchiveIndexRow> ArchiveFile::row(std::uint64_t number) const {
    YHT_ASSERT(number < rows_);
    const auto bytes = read(index_offset_ + number * kRowBytes, kRowBytes);
    if (!bytes.ok()) return bytes.error();
    return decodeRow(*bytes);
}

base::Result<std::optional<ArchiveIndexRow>> ArchiveFile::find(base::BytesView digest) const {
    std::uint64_t low = 0, high = rows_;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        auto found = row(middle);
        if (!found.ok()) return found.error();
        if (found->digest == digest) return std::optional(*std::move(found));
        (base::BytesView(found->digest) < digest ? low = middle + 1 : high = middle);
    }
    return std::optional<ArchiveIndexRow>();
}

base::Result<base::Bytes> ArchiveFile::sealed(const ArchiveIndexRow& row) const {
    if (row.offset > index_offset_ || row.length > index_offset_ - row.offset) return damaged("its index is altered");
    return read(row.offset, row.length);
}

base::Status ArchiveFile::check(base::BytesView expected) const {
    crypto::Sha256 digest;
    const std::uint64_t end = sizeBytes() - kDigestBytes;
    for (std::uint64_t at = 0; at < end;) {
        const auto piece = read(at, static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, end - at)));
        if (!piece.ok()) return piece.error();
        digest.update(*piece);
        at += piece->size();
    }
    if (digest.finish() != digest_) return damaged("altered: its bytes don't have the digest that it bears");
    if (digest_ != expected) return damaged("another file: the ledger names digest " + base::toHex(expected));
    return {};
}

base::Result<std::vector<std::uint64_t>> ArchiveFile::seqs() const {
    std::vector<std::uint64_t> seqs;
    seqs.reserve(rows_);
    for (std::uint64_t number = 0; number < rows_; ++number) {
        const auto found = row(number);
        if (!found.ok()) return found.error();
        seqs.push_back(found->seq);
    }
    std::sort(seqs.begin(), seqs.end());
    return seqs;
}

}  // namespace yht::ledger
