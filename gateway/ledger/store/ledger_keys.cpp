#include "gateway/ledger/store/ledger_keys.h"

#include <algorithm>
#include <vector>

#include "gateway/ledger/store/payload_seal.h"

namespace yht::ledger {
namespace {

struct IndexKeyRow {
    const char* name;
    base::Bytes IndexKeys::*key;
};
constexpr IndexKeyRow kIndexKeys[] = {{"body", &IndexKeys::body},
                                      {"name", &IndexKeys::name},
                                      {"attachment", &IndexKeys::attachment},
                                      {"source", &IndexKeys::source},
                                      {"phone", &IndexKeys::phone}};

std::string ownerOf(const IndexKeyRow& row) {
    return std::string("index ") + row.name;
}

base::Error wrongKek(const std::string& wanted, const crypto::KeyRing& kek) {
    const auto given = kek.name() + (kek.formerName().empty() ? "" : ", " + kek.formerName());
    return base::makePublicError(
        base::ErrorCode::ConfigInvalid,
        "The key-encryption key is not this ledger's: it has keys under " + wanted + ", given are " + given +
            ". Until a rotation (yht ledger rekey) has ended, ledger.kek_former names the one before.",
        "密钥加密密钥(KEK)与账本不符:账本中有密钥由 " + wanted + " 加密,配置的是 " + given +
            "。轮换(yht ledger rekey)结束之前,须以 ledger.kek_former 指明原密钥。"
    );
}

std::vector<std::string> kekNames(Database& database) {
    Query query(database, "SELECT name FROM kek ORDER BY name");
    std::vector<std::string> names;
    while (query.next()) names.push_back(query.text(0));
    return names;
}

bool isGiven(const crypto::KeyRing& kek, const std::string& name) {
    return name == kek.name() || name == kek.formerName();
}

bool hasEntryKeys(Database& database) {
    return Query(database, "SELECT 1 FROM sqlite_schema WHERE name = 'entry_key'").next();
}

struct WrappedKey {
    std::string owner;
    base::Bytes wrapped;
};

/// The first key that is there, of tables as any schema had them.
std::optional<WrappedKey> firstKey(Database& database) {
    {
        Query tickets(
            database,
            "SELECT ticket_no, wrapped_key FROM ticket WHERE wrapped_key IS NOT NULL"
            " AND wrapped_key <> zeroblob(length(wrapped_key)) LIMIT 1"
        );
        if (tickets.next()) return WrappedKey{tickets.text(0), base::Bytes(tickets.bytes(1))};
    }
    if (hasEntryKeys(database)) {
        Query entries(
            database,
            "SELECT seq, wrapped_key FROM entry_key WHERE wrapped_key <> zeroblob(length(wrapped_key)) LIMIT 1"
        );
        if (!entries.next()) return std::nullopt;
        return WrappedKey{entryKeyOwner(entries.unsignedInteger(0)), base::Bytes(entries.bytes(1))};
    }
    Query payloads(
        database,
        "SELECT seq, own_key FROM payload WHERE own_key IS NOT NULL AND own_key <> zeroblob(length(own_key)) LIMIT 1"
    );
    if (!payloads.next()) return std::nullopt;
    return WrappedKey{entryKeyOwner(payloads.unsignedInteger(0)), base::Bytes(payloads.bytes(1))};
}

}  // namespace

void storeKeys(Database& database, const LedgerKeys& keys, base::Random& random) {
    for (const auto& row : kIndexKeys) {
        const auto wrapped = wrapKey(keys.kek, ownerOf(row), keys.index.*row.key, random);
        change(
            database, "INSERT INTO index_key (name, wrapped_key) VALUES (?, ?)", std::string_view(row.name),
            Blob{wrapped}
        );
    }
    change(
        database, "INSERT INTO kek (name, in_use, begun, tickets, entries, files) VALUES (?, 1, 0, 0, 0, '')",
        keys.kek.name()
    );
}

base::Result<LedgerKeys> readKeys(Database& database, const crypto::KeyRing& kek) {
    for (const auto& name : kekNames(database)) {
        if (!isGiven(kek, name)) return wrongKek(name, kek);
    }
    LedgerKeys keys{kek, {}};
    for (const auto& row : kIndexKeys) {
        Query query(database, "SELECT wrapped_key FROM index_key WHERE name = ?", std::string_view(row.name));
        if (!query.next()) {
            return base::makeError(base::ErrorCode::LedgerCorrupt, std::string("there is no index key ") + row.name);
        }
        auto key = unwrapKey(kek, ownerOf(row), query.bytes(0));
        if (!key.ok()) return std::move(key).error();
        keys.index.*row.key = *std::move(key);
    }
    return keys;
}

void takeKekIntoUse(Database& database, const crypto::KeyRing& kek) {
    if (Query(database, "SELECT 1 FROM kek WHERE name = ? AND in_use = 1", kek.name()).next()) return;
    database.execute("BEGIN IMMEDIATE");
    change(database, "UPDATE kek SET in_use = 0");
    // Whatever an earlier rotation to this one had done, others have wrapped since.
    change(
        database,
        "INSERT INTO kek (name, in_use, begun, tickets, entries, files) VALUES (?, 1, 0, 0, 0, '')"
        " ON CONFLICT (name) DO UPDATE SET in_use = 1, begun = 0, tickets = 0, entries = 0, files = ''",
        kek.name()
    );
    database.execute("COMMIT");
}

base::Status endRotation(Database& database, const crypto::KeyRing& kek, base::Random& random) {
    for (const auto& row : kIndexKeys) {
        std::optional<base::Bytes> anew;
        {
            Query query(database, "SELECT wrapped_key FROM index_key WHERE name = ?", std::string_view(row.name));
            if (!query.next()) return base::makeError(base::ErrorCode::LedgerCorrupt, "an index key is missing");
            auto rewrapped = rewrapKey(kek, ownerOf(row), query.bytes(0), random);
            if (!rewrapped.ok()) return std::move(rewrapped).error();
            anew = *std::move(rewrapped);
        }
        if (!anew) continue;
        change(
            database, "UPDATE index_key SET wrapped_key = ? WHERE name = ?", Blob{*anew}, std::string_view(row.name)
        );
    }
    change(database, "DELETE FROM kek WHERE name <> ?", kek.name());
    change(database, "UPDATE kek SET begun = 0, tickets = 0, entries = 0, files = ''");
    return {};
}

base::Result<crypto::KeyRing> findFormerKek(Database& database, const crypto::KeyRing& kek) {
    const auto first = firstKey(database);
    if (!first) return kek.withoutFormer();
    for (const auto& one : {kek.withoutFormer(), kek.former()}) {
        if (one.isUsable() && unwrapKey(one, first->owner, first->wrapped).ok()) return one;
    }
    return wrongKek("another", kek);
}

}  // namespace yht::ledger
