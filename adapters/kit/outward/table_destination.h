// A far side that is handed rows of an exchange table (前置库): a batch is inserted in one transaction, and what the far
// side says of a row is read from its own columns. The key decides what is ours: a row that is there is not inserted again,
// it is looked at.
//   NotSent   every failure before COMMIT: the transaction is rolled back with its connection
//   Unknown   a COMMIT whose answer was lost; the repeat finds the rows, or not
//   Refused   the row alone can't be: SQLSTATE 22 (a value) or 23 (a constraint). Others are tried without it
// Without answer columns a row that is in is accepted. With them it waits (Later) until its code is in one of the lists.
// Uses: store_destination, transport. Used by: app.
#pragma once

#include <memory>

#include "adapters/kit/outward/store_destination.h"
#include "adapters/kit/transport/odbc.h"

namespace yht::kit {

class TableDestination final : public StoreDestination {
public:
    /// Requires: a profile with a section `table`.
    TableDestination(
        StoreDestinationSettings settings, std::shared_ptr<const Profile> profile,
        std::unique_ptr<OdbcConnection> connection, const base::Clock& clock
    );

private:
    BatchAnswer hand(const std::string& batch_id, const std::vector<StoreRecord>& records) override;
    /// The record's row: looked at where it is there, else inserted. Within a transaction.
    base::Result<RecordAnswer> lookOrInsert(const StoreRecord& record);
    /// One transaction for these. `committing`: the failure is COMMIT's own.
    base::Result<std::vector<RecordAnswer>> transact(const std::vector<const StoreRecord*>& records, bool& committing);
    SqlValue bound(const StoreRecord& record, const std::string& column) const;

    const ExchangeTableRules& rules_;
    const std::unique_ptr<OdbcConnection> connection_;
    std::string select_, insert_;
};

}  // namespace yht::kit
