#include "gateway/ledger/store/backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "gateway/ledger/store/ledger_files.h"
#include "gateway/ledger/store/sqlite_migrations.h"
#include "gateway/ledger/store/sqlite_schema.h"
#include "gateway/ledger/store/stored_edge.h"

namespace yht::ledger {
namespace {

constexpr int kPagesPerStep = 1024;  // between two reports of progress

base::Error wrongPlace(const std::string& en, const std::string& zh) {
    return base::makePublicError(base::ErrorCode::ParameterInvalid, en, zh);
}

/// A file that goes again unless it is kept.
class Draft {
public:
    explicit Draft(std::string path) : path_(std::move(path)) {
        remove();
        // Sealed as it is, it is nobody's business: made before SQLite would make it for everybody.
        const int descriptor = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (descriptor >= 0) ::close(descriptor);
    }
    ~Draft() {
        if (!path_.empty()) remove();
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    const std::string& path() const { return path_; }

    /// Flushed, then given its name, then the name flushed. Errors: IoFailed.
    base::Status keepAs(const std::string& name) {
        const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
        if (descriptor >= 0) ::close(descriptor);
        if (!synced || ::rename(path_.c_str(), name.c_str()) != 0) {
            return base::makeError(base::ErrorCode::IoFailed, "writing " + name);
        }
        path_.clear();
        return syncFolderOf(name);
    }

private:
    void remove() const {
        std::error_code ignored;
        for (const char* part : {"", "-journal", "-wal", "-shm"}) {
            std::filesystem::remove(path_ + part, ignored);
        }
    }
    std::string path_;
};

/// Page by page, from one snapshot of `from`. Throws SqliteFault.
void copyPages(Database& from, Database& to, const PageProgress& progress) {
    // With a read transaction of our own the copy never begins anew, however much is committed.
    change(from, "BEGIN");
    { Query(from, "SELECT count(*) FROM meta").next(); }
    sqlite3_backup* copy = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (copy == nullptr) to.fail(sqlite3_extended_errcode(to.handle()));
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        code = sqlite3_backup_step(copy, kPagesPerStep);
        const auto all = sqlite3_backup_pagecount(copy);
        const auto left = sqlite3_backup_remaining(copy);
        if (progress) {
            progress(static_cast<std::uint64_t>(all - left), static_cast<std::uint64_t>(all));
        }
    }
    const int finished = sqlite3_backup_finish(copy);
    change(from, "COMMIT");
    if (code != SQLITE_DONE) throw SqliteFault{code, "copying the ledger"};
    if (finished != SQLITE_OK) to.fail(finished);
}

/// A copy is one file without a WAL beside it, and says of itself that it is one.
void markRestored(Database& copy) {
    copy.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL");
    change(copy, "INSERT INTO meta (name, value) VALUES ('restored', '1') ON CONFLICT DO NOTHING");
}

base::Result<BackupReport> describe(const std::string& path, const SqliteStoreOptions& options) {
    Database database(path, Database::Access::Read);
    prepareReader(database);
    const LedgerNames names{
        options.origin, verifierKey(options.key_name, options.log_key->publicKey())};
    if (auto schema = checkSchema(database, names); !schema.ok()) return schema.error();
    auto keys = readKeys(database, options.kek);
    if (!keys.ok()) return std::move(keys).error();
    Lookups lookups(database, *std::move(keys));
    const auto edge = loadStoredEdge(lookups, options.key_name, options.log_key->publicKey());
    if (!edge.ok()) return edge.error();
    const auto newest = lookups.newestCheckpoint();
    return BackupReport{
        edge->size(), newest ? newest->note : "", std::filesystem::file_size(path), lookups.archives()
    };
}

base::Status checkKeys(const SqliteStoreOptions& options) {
    if (options.log_key && options.kek.isUsable()) return {};
    return base::makeError(
        base::ErrorCode::ConfigInvalid, "ledger: the log key or the KEK is missing"
    );
}

}  // namespace

base::Result<BackupReport> backupLedger(
    const SqliteStoreOptions& options, const std::string& out, const PageProgress& progress
) {
    if (auto keys = checkKeys(options); !keys.ok()) return keys.error();
    if (std::filesystem::exists(out)) {
        return wrongPlace(
            "A backup never overwrites: " + out + " is there already.",
            "备份不会覆盖已有文件:" + out + " 已存在。"
        );
    }
    if (!std::filesystem::exists(options.path)) {
        return base::makePublicError(
            base::ErrorCode::NotFound, "There is no ledger yet.", "账本尚未建立。", options.path
        );
    }
    try {
        Draft draft(out + ".partial");
        {
            Database from(options.path, Database::Access::Read);
            Database to(draft.path(), Database::Access::Write);
            copyPages(from, to, progress);
            markRestored(to);
        }
        auto report = describe(draft.path(), options);
        if (!report.ok()) return report;
        if (auto kept = draft.keepAs(out); !kept.ok()) return kept.error();
        return report;
    } catch (const SqliteFault& fault) {
        return fault.toError();
    }
}

base::Result<BackupReport> restoreLedger(
    const SqliteStoreOptions& options, const std::string& from, const PageProgress& copied,
    const std::function<void(Seq, Seq)>& verified
) {
    if (auto keys = checkKeys(options); !keys.ok()) return keys.error();
    auto lock = WriterLock::take(options.path + ".lock");
    if (!lock.ok()) return lock.error();
    if (std::filesystem::exists(options.path) || std::filesystem::exists(options.path + "-wal")) {
        return wrongPlace(
            "There is a ledger at " + options.path +
                "; a restore goes into an empty directory. Move it away first.",
            options.path + " 已有账本;恢复须在空目录中进行,请先将其移走。"
        );
    }
    if (!std::filesystem::exists(from)) {
        return wrongPlace("There is no backup " + from + ".", "没有备份文件 " + from + "。");
    }
    try {
        Draft draft(options.path + ".restoring");
        {
            Database source(from, Database::Access::Read);
            Database to(draft.path(), Database::Access::Write);
            copyPages(source, to, copied);
            markRestored(to);
            to.execute("PRAGMA secure_delete = ON");
            if (auto migrated = migrate(to, options.kek, options.random); !migrated.ok()) return migrated.error();
        }
        auto report = describe(draft.path(), options);
        if (!report.ok()) return report;
        auto copy = options;
        copy.path = draft.path();
        const auto whole = verifyLedger(copy, verified);
        if (!whole.ok()) return whole.error();
        if (auto sound = whole->status(); !sound.ok()) return sound.error();
        if (auto kept = draft.keepAs(options.path); !kept.ok()) return kept.error();
        return report;
    } catch (const SqliteFault& fault) {
        return fault.toError();
    }
}

base::Result<ReopenReport> reopenLedger(
    SqliteStoreOptions options, const std::string& operator_id, const std::string& why,
    std::uint32_t lost_epochs
) {
    if (why.empty() || operator_id.empty()) {
        return wrongPlace(
            "Say why: --why \"…\"; the reason is kept in the ledger.",
            "请用 --why 说明原因,原因将记入账本。"
        );
    }
    if (!std::filesystem::exists(options.path)) {
        return base::makePublicError(
            base::ErrorCode::NotFound, "There is no ledger yet.", "账本尚未建立。", options.path
        );
    }
    options.allow_restored = true;
    const EpochOrder order{operator_id, why, options.random.bytes(kSaltBytes), lost_epochs};
    auto store = SqliteStore::open(std::move(options));
    if (!store.ok()) return std::move(store).error();
    ReopenReport report;
    const auto done = (*store)->run([&](Transaction& transaction) -> base::Status {
        auto begun = transaction.beginEpoch(order);
        if (!begun.ok()) return begun.error();
        report.note = *std::move(begun);
        report.seq = transaction.lastSeq();
        return {};
    });
    if (!done.ok()) return done.error();
    return report;
}

}  // namespace yht::ledger
