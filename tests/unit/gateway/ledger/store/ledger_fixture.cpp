#include "ledger_fixture.h"

#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/crypto/digest.h"

namespace yht::ledger {

TestFolder::TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "yht-ledger-XXXXXX").string();
    EXPECT_NE(nullptr, ::mkdtemp(name.data()));
    path_ = name;
}

TestFolder::~TestFolder() {
    std::error_code ignored;  // a folder left behind fails no test
    std::filesystem::remove_all(path_, ignored);
}

SqliteStoreOptions LedgerTest::options() {
    return {
        .path = folder_ / "ledger.db",
        .kek = base::Bytes(32, 'k'),
        .log_key = log_key_,
        .key_name = kKeyName,
        .origin = kOrigin,
        .clock = clock_,
        .random = random_,
        .config_digest = base::Bytes(kHashBytes, 'c'),
        .reserve_bytes = 1024 * 1024,
        .on_fatal = {},
        .on_notice = [](const std::string&) {},
        .on_point = {}};
}

base::Result<std::unique_ptr<SqliteStore>> LedgerTest::tryOpen(SqliteStoreOptions options) {
    return SqliteStore::open(std::move(options));
}

std::string LedgerTest::verdictOfOpen(SqliteStoreOptions options) {
    const auto opened = tryOpen(std::move(options));
    return opened.ok() ? "opened" : opened.error().row().wire;
}

SqliteStore& LedgerTest::store() {
    if (!store_) open();
    return *store_;
}

Seq LedgerTest::append(const std::string& text) {
    Seq seq = 0;
    must(run([&](Transaction& transaction) -> base::Status {
        auto appended = transaction.append(messageDraft(text));
        if (!appended.ok()) return appended.error();
        seq = *appended;
        return {};
    }));
    return seq;
}

std::string LedgerTest::newTicket(const std::string& region) {
    std::string number;
    must(run([&](Transaction& transaction) -> base::Status {
        auto made = transaction.newTicket(region);
        if (!made.ok()) return made.error();
        number = *made;
        return {};
    }));
    return number;
}

std::string LedgerTest::submit(const std::string& ref) {
    std::string number;
    must(run([&](Transaction& transaction) -> base::Status {
        auto submitted = submitIn(transaction, ref);
        if (!submitted.ok()) return submitted.error();
        number = *submitted;
        return {};
    }));
    return number;
}

std::string LedgerTest::read(Seq seq) {
    auto entry = look()->entry(seq);
    return entry.ok() ? entry->payload : entry.error().row().wire;
}

VerifyReport LedgerTest::verify() {
    return must(verifyLedger(options(), {}));
}

std::string LedgerTest::verdict() {
    const auto report = verifyLedger(options(), {});
    if (!report.ok()) return report.error().row().wire;
    const auto status = report->status();
    return status.ok() ? "sound" : status.error().row().wire;
}

void LedgerTest::tamper(const std::string& sql) {
    close();
    sqlite3* database = nullptr;
    ASSERT_EQ(SQLITE_OK, sqlite3_open((folder_ / "ledger.db").c_str(), &database));
    EXPECT_EQ(SQLITE_OK, sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr))
        << sqlite3_errmsg(database);
    EXPECT_LT(0, sqlite3_total_changes(database)) << "nothing was tampered with: " << sql;
    sqlite3_close(database);
}

void LedgerTest::execute(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(SQLITE_OK, sqlite3_open((folder_ / "ledger.db").c_str(), &database));
    EXPECT_EQ(SQLITE_OK, sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr))
        << sqlite3_errmsg(database);
    sqlite3_close(database);
}

std::vector<std::string> LedgerTest::query(const std::string& sql) const {
    std::vector<std::string> rows;
    sqlite3* database = nullptr;
    EXPECT_EQ(SQLITE_OK, sqlite3_open((folder_ / "ledger.db").c_str(), &database));
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(SQLITE_OK, sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr))
        << sqlite3_errmsg(database);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        auto& row = rows.emplace_back();
        for (int i = 0; i < sqlite3_column_count(statement); ++i) {
            const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, i));
            const base::BytesView bytes(
                data == nullptr ? "" : data,
                static_cast<std::size_t>(sqlite3_column_bytes(statement, i))
            );
            const bool blob = sqlite3_column_type(statement, i) == SQLITE_BLOB;
            row += (i > 0 ? "|" : "") + (blob ? base::toHex(bytes) : std::string(bytes));
        }
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return rows;
}

std::vector<std::string> LedgerTest::columns() const {
    return query(
        "SELECT s.type, s.name, s.tbl_name, c.cid, c.name, c.type, c.\"notnull\", c.pk"
        " FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c WHERE s.type = 'table'"
        " UNION ALL SELECT s.type, s.name, s.tbl_name, i.seqno, i.name, '', i.desc, i.key"
        " FROM sqlite_schema AS s, pragma_index_xinfo(s.name) AS i WHERE s.type = 'index'"
        " ORDER BY 1, 2, 4"
    );
}

bool LedgerTest::filesHold(base::BytesView bytes) const {
    for (const auto& each : std::filesystem::directory_iterator(folder_.path())) {
        if (!each.path().filename().string().starts_with("ledger.db")) continue;
        std::ifstream file(each.path(), std::ios::binary);
        std::ostringstream content;
        content << file.rdbuf();
        if (content.str().find(bytes) != std::string::npos) return true;
    }
    return false;
}

EntryDraft messageDraft(const std::string& text) {
    EntryDraft draft;
    draft.header.type = EntryType::Message;
    draft.header.assurance = Assurance::PartnerSignature;
    draft.header.source = "hotline";
    draft.header.adapter = "normalized";
    draft.header.adapter_version = "1";
    draft.payload = text;
    draft.salt = base::Bytes(kSaltBytes, 's');
    return draft;
}

EntryDraft recordDraft(const std::string& text, const std::string& ticket_no, Seq message_seq) {
    EntryDraft draft = messageDraft(text);
    draft.header.type = EntryType::Record;
    draft.header.kind = static_cast<std::uint8_t>(ticket::Kind::Appeal);
    draft.header.ticket_no = ticket_no;
    draft.header.message_seq = message_seq;
    draft.sealed_under = ticket_no.empty() ? SealedUnder::Own : SealedUnder::Ticket;
    return draft;
}

ticket::Identity appealIdentity(const std::string& ref, std::uint64_t version) {
    return {"hotline", ticket::Kind::Appeal, ref, version, 0};
}

base::Result<std::string> submitIn(Transaction& transaction, const std::string& ref) {
    auto message = transaction.append(messageDraft("message " + ref));
    if (!message.ok()) return message.error();
    auto number = transaction.newTicket(kRegion);
    if (!number.ok()) return number;
    const std::string text = "record " + ref;
    auto record = transaction.append(recordDraft(text, *number, *message));
    if (!record.ok()) return record.error();
    auto named =
        transaction.addIdentity(appealIdentity(ref), *record, crypto::sha256(text), *number);
    if (!named.ok()) return named.error();
    named = transaction.addAlias({"hotline", ref, *number});
    if (!named.ok()) return named.error();
    return number;
}

}  // namespace yht::ledger
