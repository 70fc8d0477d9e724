// Attachments (附件): files named by the SHA-256 of their content, encrypted, in one folder.
//   <directory>/incoming/<random>        being received; a start removes what a crash left here
//   <directory>/ab/<64 hex digits>       kept; sealed_file.h is the format
//   <directory>/ab/<64 hex>.by-<32 hex>  empty: the partner whose id has that digest brought the bytes
//   <directory>/unjudged/<64 hex>.by-<32 hex> empty, its time that of the upload: nobody has asked yet whether a
//                                        record of this mark's partner names the attachment
//   <directory>/erasing/<64 hex>.by-<32 hex>  empty: this mark may go with a ticket that is being erased, or
//                                        because its time is over and no record names it
// A file is kept in this order: content and header with fsync, type, scan, the note in unjudged/ with fsync, mark of
// who brought it, rename, fsync of the folder. So a name that is there always holds the whole content, a mark
// without its file means only that its partner had the bytes, and no mark is without its note until it was judged.
// Marks decide whether a file stays: it is destroyed with its last one. An erased ticket takes the marks of who
// handed in its records, where no other record of theirs names the digest. In this order: the marks noted in
// erasing/, the ledger's commit, the marks removed; of a file without any, the header with the only copy of its
// key overwritten with zeros and fsync, its name removed; the notes removed. What a crash leaves noted is judged
// again by the next start. Who brings the bytes meanwhile takes his note away: his mark is a new one.
// Uses: sealed_file, media_type, scan. Used by: intake/http, app.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/attachments/media_type.h"
#include "gateway/attachments/scan.h"
#include "gateway/attachments/sealed_file.h"
#include "gateway/base/clock.h"
#include "gateway/crypto/digest.h"

namespace yht::attachments {

inline constexpr std::uint64_t kBytesMaxDefault = 200ULL << 20;
inline constexpr std::uint64_t kTotalBytesMaxDefault = 10ULL << 30;
inline constexpr std::size_t kUploadsMaxDefault = 8;
inline constexpr std::size_t kFilesMax = 10'000'000;

struct StoreOptions {
    std::string directory;
    crypto::KeyRing kek;  // with the one before until a rotation has ended
    base::Random& random;
    const base::Clock& clock;
    std::uint64_t bytes_max = kBytesMaxDefault;             // of one attachment's content
    std::uint64_t total_bytes_max = kTotalBytesMaxDefault;  // of all files, those under way included; what
                                                            // one partner brought may be half of it
    std::size_t files_max = kFilesMax;                      // those under way included
    std::size_t uploads_max = kUploadsMaxDefault;           // at once, and of one partner half of them; but each
                                                            // partner's first is always taken, so that slow ones
                                                            // hold up nobody else
    ScanOptions scan;
};

struct Kept {
    Facts facts;
    bool again = false;  // this partner had brought it before
};

struct Counters {
    std::uint64_t files = 0, bytes = 0, bytes_max = 0, uploads_under_way = 0;
    std::uint64_t unjudged = 0;                           // marks of which nobody has asked yet whether a record names them
    std::uint64_t kept = 0, again = 0, destroyed = 0;     // since the start
    std::map<base::ErrorCode, std::uint64_t> not_kept;  // since the start; Internal: given up by the sender
};

/// A mark: who brought what.
struct Brought {
    std::string digest, partner_id;
};

/// A mark that nobody has judged yet: whether a record of its partner names the attachment.
struct Unjudged {
    std::string digest, partner_key;  // partnerKeyOf() the partner
    base::UnixMillis since_ms = 0;    // when the partner brought it last
    bool is_set = false;              // false: a crash came before the mark
    bool operator==(const Unjudged&) const = default;
};
/// Those set at `until_ms` or before, `limit` at most, in no order. Reads the folder beside whoever uses it.
/// Errors: IoFailed.
base::Result<std::vector<Unjudged>> unjudgedIn(const std::string& directory, base::UnixMillis until_ms, std::size_t limit);

/// Stands for a partner in the names of marks and notes: 32 hexadecimal digits.
std::string partnerKeyOf(const std::string& partner_id);

/// Whether a record still names the attachment that was handed in by a partner for whom `is` holds.
using PartnerTest = std::function<bool(const std::string& partner_id)>;
using StillNamed = std::function<bool(const PartnerTest& is)>;

/// What one step of a rotation of the KEK did.
struct RekeyedFiles {
    std::string last;  // the digest up to which all files are done
    std::uint64_t looked = 0, rewrapped = 0;
    std::uint64_t unreadable = 0;  // opened under no KEK before either
    bool done = false;             // there are no more
};

/// 64 lower-case hexadecimal digits.
bool isDigest(const std::string& text);

class Store;

/// One attachment being received. Not kept: nothing of it is left when this object goes.
/// Thread-safety: one thread.
class Upload {
public:
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    /// Errors: BodyTooLarge, AttachmentType, AttachmentQuota, DiskFull, IoFailed.
    base::Status write(base::BytesView content);
    /// Written so far.
    std::uint64_t sizeBytes() const { return size_bytes_; }

    struct Order {
        std::string media_type;  // as declared
        base::Bytes sha256;      // what the content must have
    };
    /// Once. The content has reached the disk under its name when this returns a value.
    /// Errors: DigestMismatch, AttachmentType, AttachmentTypeDiffers, AttachmentRefused,
    /// AttachmentUnchecked, DiskFull, IoFailed.
    base::Result<Kept> keep(const Order& order);

private:
    friend class Store;
    Upload(Store& store, std::string partner_id, std::string path, FileHandle file);
    base::Status take(base::BytesView content);
    base::Result<Kept> settle(const Order& order);
    template <class T>
    T counted(T result);

    Store& store_;
    const std::string partner_id_;
    const std::string path_;
    const FileHandle file_;
    SealedWriter writer_;
    crypto::Sha256 sha256_;
    TypeDetector detector_;
    std::uint64_t size_bytes_ = 0;
    std::uint64_t reserved_bytes_ = 0;  // of the store's total
    bool kept_ = false;
    bool counted_ = false;
};

/// The only one of its directory: the ledger's lock sees to that.
/// Thread-safety: any thread.
class Store {
public:
    /// Makes the folders, removes what was not finished, adds up what is there.
    /// Errors: IoFailed, DiskFull, ConfigInvalid (more than files_max files).
    static base::Result<std::unique_ptr<Store>> open(StoreOptions options);

    std::uint64_t bytesMax() const { return options_.bytes_max; }
    /// Errors: AttachmentUploads (too many at once, and not this partner's first), TooManyRequests (too many of this
    /// partner), DiskFull, IoFailed.
    base::Result<std::unique_ptr<Upload>> begin(const std::string& partner_id);
    /// `digest`: 64 lower-case hexadecimal digits, anything else is not found.
    /// Errors: NotFound, AttachmentCorrupt, IoFailed.
    base::Result<SealedReader> find(const std::string& digest) const;
    /// Whether the partner brought these bytes.
    bool broughtBy(const std::string& digest, const std::string& partner_id) const;

    /// These marks may have to go with a ticket: stands on the disk when this returns. Those that are not set are
    /// passed over. Errors: DiskFull, IoFailed.
    base::Status noteErasing(const std::vector<Brought>& marks);
    /// Digests of which a mark was noted and not judged since. Errors: IoFailed.
    base::Result<std::vector<std::string>> erasing() const;
    /// Judges what was noted of a digest: the marks go that `still_named` does not hold for, and with the last of
    /// all its marks the file: its key is overwritten; who is reading it may finish. Whether the file went.
    /// No upload is placed meanwhile. Errors: DiskFull, IoFailed; safe to call again.
    base::Result<bool> endErasing(const std::string& digest, const StillNamed& still_named);

    /// As unjudgedIn().
    base::Result<std::vector<Unjudged>> unjudged(base::UnixMillis until_ms, std::size_t limit) const {
        return unjudgedIn(options_.directory, until_ms, limit);
    }
    /// A record names it, or the mark is not set: it is not judged again, unless it was brought anew since.
    /// Errors: IoFailed; safe to call again.
    base::Status endJudging(const Unjudged& seen);
    /// No record names these: they may go as with an erased ticket, by endErasing(). Stands on the disk when this
    /// returns. One that was brought anew since is passed over. Errors: DiskFull, IoFailed.
    base::Status noteUnnamed(const std::vector<Unjudged>& seen);
    /// Wraps the keys of the files after `after` ("": from the first) anew under the KEK in use, in the order of their digests,
    /// at most `limit`; each has reached the disk when this returns. What was done before is left alone. `limit` > 0.
    /// Errors: ParameterInvalid, DiskFull, IoFailed; safe to call again.
    base::Result<RekeyedFiles> rekey(const std::string& after, std::size_t limit);
    Counters counters() const;

private:
    friend class Upload;
    explicit Store(StoreOptions options) : options_(std::move(options)) {}
    base::Status prepareFolders();
    base::Status addUp();
    std::string fileOf(const std::string& digest) const;
    std::string markOf(const std::string& digest, const std::string& partner_id) const;
    std::string erasingFolder() const { return options_.directory + "/erasing"; }
    std::string unjudgedFolder() const { return options_.directory + "/unjudged"; }
    base::Status beginJudging() const;
    base::Status noteUnjudged(const std::string& digest, const std::string& partner_id);
    base::Status dropUnjudged(const std::string& digest, const std::string& partner_key);
    bool isAsSeen(const Unjudged& seen) const;
    base::Status dropNote(const std::string& digest, const std::string& partner_id) const;
    base::Status destroy(const std::string& digest);
    base::Status rekeyFile(const std::string& digest, RekeyedFiles& done);
    base::Status reserve(const std::string& partner_id, std::uint64_t bytes);
    void giveBack(const std::string& partner_key, std::uint64_t bytes);
    struct Naming {
        std::string path;  // of the upload
        std::string digest, partner_id;
        bool is_there = false;
    };
    base::Status setNames(const Naming& naming);
    base::Result<Kept> place(const Upload& upload, const Facts& facts);
    base::Status takeSlot(const std::string& partner_id);
    void giveSlotBack(const std::string& partner_id);
    void ended(const Upload& upload);
    void count(base::ErrorCode code);
    void uncount(std::uint64_t bytes);

    const StoreOptions options_;
    std::mutex place_mutex_;  // held while marks and names are set or removed

    // Protected by mutex_.
    mutable std::mutex mutex_;
    Counters counters_;
    std::map<std::string, std::size_t> under_way_;  // uploads by partner
    std::map<std::string, std::uint64_t> brought_bytes_;  // of files with the mark of a partner, by its key
};

}  // namespace yht::attachments
