#include "gateway/ledger/store/sqlite_store.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "gateway/ledger/store/damage.h"
#include "gateway/ledger/store/sqlite_schema.h"
#include "gateway/ledger/store/sqlite_snapshot.h"
#include "gateway/ledger/store/sqlite_writer.h"
#include "gateway/ledger/store/stored_edge.h"

namespace yht::ledger {
namespace {

constexpr int kExitIoError = 70;  // EX_SOFTWARE of sysexits.h: the supervisor restarts us
constexpr std::int64_t kForeignPollMillis = 50;

void printLine(const std::string& text) {
    std::fprintf(stderr, "yht: %s\n", text.c_str());
}

[[noreturn]] void printAndExit(const std::string& text) {
    printLine(text);
    // Not exit(): destructors would go on using what has just failed.
    ::_exit(kExitIoError);
}

base::Status checkOptions(SqliteStoreOptions& options) {
    const auto invalid = [](const char* why) {
        return base::makeError(base::ErrorCode::ConfigInvalid, std::string("ledger: ") + why);
    };
    if (!options.kek.isUsable()) return invalid("the KEK is not 32 octets, or the one before is not or is the same");
    if (!options.read_only && !options.log_key) return invalid("there is no log key");
    if (options.log_key &&
        !options.log_key->publicKey().supports(crypto::SignatureAlgorithm::Ed25519)) {
        return invalid("the log key is no Ed25519 key");
    }
    if (!isKeyName(options.key_name)) return invalid("the log key's name is no note key name");
    if (!isOrigin(options.origin)) return invalid("the origin is empty or not one line");
    if (options.config_digest.size() != kHashBytes)
        return invalid("the config digest is not 32 octets");
    if (options.batch_max == 0 || options.queue_max == 0) return invalid("a queue without room");
    if (!options.on_fatal) options.on_fatal = printAndExit;
    if (!options.on_notice) options.on_notice = printLine;
    return {};
}

LedgerNames namesOf(const SqliteStoreOptions& options) {
    LedgerNames names{options.origin, {}};
    if (options.log_key)
        names.verifier_key = verifierKey(options.key_name, options.log_key->publicKey());
    return names;
}

base::Error restored(const std::string& path) {
    return base::makePublicError(
        base::ErrorCode::NotReady,
        "The ledger was restored from a backup and serves nobody until an operator says why it may: "
        "yht ledger reopen --why \"…\"",
        "账本由备份恢复,在运维人员说明原因之前不对外服务:yht ledger reopen --why \"…\"", path
    );
}

}  // namespace

/// Destroyed from the last to the first: readers, then the writer, then what it uses.
struct SqliteStore::Parts {
    explicit Parts(SqliteStoreOptions given) : options(std::move(given)) {}

    base::Status openWriter();
    base::Status openReader();

    SqliteStoreOptions options;
    LedgerKeys keys;
    std::unique_ptr<WriterLock> lock;
    std::unique_ptr<DiskReserve> reserve;
    std::unique_ptr<Checkpointer> checkpointer;
    RecentCommits recent;
    std::unique_ptr<SqliteWriter> writer;  // none in a read-only store
    std::unique_ptr<ReaderPool> readers;
};

base::Status SqliteStore::Parts::openWriter() {
    auto taken = WriterLock::take(options.path + ".lock");
    if (!taken.ok()) return taken.error();
    lock = *std::move(taken);
    reserve = std::make_unique<DiskReserve>(options.path + ".reserve", options.reserve_bytes);
    auto database = std::make_unique<Database>(options.path, Database::Access::Write);
    if (auto prepared = prepareWriter(*database); !prepared.ok()) return prepared;
    boundSize(*database, options.bytes_max);
    auto schema = createOrMigrateSchema(*database, namesOf(options), options.kek, options.random);
    if (!schema.ok()) return schema;
    auto read = readKeys(*database, options.kek);
    if (!read.ok()) return std::move(read).error();
    keys = *std::move(read);
    takeKekIntoUse(*database, options.kek);
    if (auto synced = syncFolderOf(options.path); !synced.ok()) return synced;
    Lookups lookups(*database, keys);
    options.origin = lookups.epochs().back().origin;
    if (!options.allow_restored && isMarkedRestored(*database)) {
        return restored(options.path);
    }
    auto edge = loadStoredEdge(lookups, options.key_name, options.log_key->publicKey());
    if (!edge.ok()) return edge.error();
    reserve->restore();
    checkpointer = std::make_unique<Checkpointer>(options.path, *reserve, options.on_fatal, WalBounds{});
    // Who was killed between an erasure's commit and the end of its log has left there what is destroyed. Where a reader is in
    // the way it stays until the next erasure or a stop.
    checkpointer->emptyWal(1);
    writer = std::make_unique<SqliteWriter>(
        options, SqliteWriter::Parts{std::move(database), keys, *std::move(edge), *reserve, *checkpointer, recent}
    );
    return {};
}

base::Status SqliteStore::Parts::openReader() {
    Database database(options.path, Database::Access::Read);
    if (auto schema = checkSchema(database, namesOf(options)); !schema.ok()) return schema;
    auto read = readKeys(database, options.kek);
    if (!read.ok()) return std::move(read).error();
    keys = *std::move(read);
    options.origin = Lookups(database, keys).epochs().back().origin;
    return {};
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteStore::~SqliteStore() = default;

base::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteStoreOptions options) {
    if (auto checked = checkOptions(options); !checked.ok()) return checked.error();
    auto parts = std::make_unique<Parts>(std::move(options));
    try {
        auto opened = parts->options.read_only ? parts->openReader() : parts->openWriter();
        if (!opened.ok()) return forOperator(opened.error(), parts->options.path);
    } catch (const SqliteFault& fault) {
        return forOperator(fault.toError(), parts->options.path);
    }
    parts->readers = std::make_unique<ReaderPool>(ReaderOptions{
        parts->options.path, parts->keys, parts->options.on_fatal});
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

base::Result<std::unique_ptr<Snapshot>> SqliteStore::snapshot() {
    return parts_->readers->snapshot();
}

base::Result<std::vector<Receipt>> SqliteStore::receipts(const std::vector<ReceiptRequest>& requests) {
    if (auto made = parts_->recent.receipts(requests)) return *std::move(made);
    const auto now = snapshot();
    if (!now.ok()) return now.error();
    return (*now)->receipts(requests);
}

void SqliteStore::submit(Task task, std::function<void(base::Status)> done) {
    if (parts_->writer) return parts_->writer->submit(std::move(task), std::move(done));
    done(base::makeError(base::ErrorCode::NotReady, "the ledger is open for reading only"));
}

bool SqliteStore::waitForEntry(Seq after, std::int64_t timeout_ms) {
    if (parts_->writer) return parts_->writer->waitForEntry(after, timeout_ms);
    // Another process writes: nothing can wake us.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (true) {
        auto now = snapshot();
        if (now.ok() && (*now)->lastSeq() > after) return true;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()
        );
        if (left.count() <= 0) return false;
        std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds(kForeignPollMillis)));
    }
}

base::Status SqliteStore::emptyWal() {
    if (!parts_->checkpointer) {
        return base::makeError(base::ErrorCode::NotReady, "the ledger is open for reading only");
    }
    try {
        if (parts_->checkpointer->emptyWal()) return {};
        return base::makeError(base::ErrorCode::Unavailable, "readers hold the write-ahead log");
    } catch (const SqliteFault& fault) {
        return fault.toError();
    }
}

WriterCounters SqliteStore::counters() const {
    return parts_->writer ? parts_->writer->counters() : WriterCounters{};
}

void SqliteStore::setConfigDigest(base::Bytes digest) {
    if (parts_->writer) parts_->writer->setConfigDigest(std::move(digest));
}

const std::string& SqliteStore::origin() const {
    return parts_->options.origin;
}

const std::string& SqliteStore::logKeyName() const {
    return parts_->options.key_name;
}

}  // namespace yht::ledger
