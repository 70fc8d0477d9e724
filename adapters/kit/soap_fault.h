// SOAP Faults of a far side, 1.1 and 1.2, and what a profile says of them: data, not code.
//   retry   nothing was taken; the same again later
//   refuse  this content will not be taken: alone it is the record's refusal, of several each is tried alone
//   stop    it is about us (key, rights, account): nothing goes until a probe gets through
// A Fault that no row fits says nothing: it counts as no answer. So does one without a valid signature where the far side
// signs, unless its row says that it is sent unsigned; a refusal never is.
// Uses: json, xml, store_rules. Used by: profile, answer.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/kit/store_rules.h"
#include "gateway/json/json.h"
#include "gateway/xml/document.h"

namespace yht::kit {

enum class FaultClass : std::uint8_t { Retry, Refuse, Stop };

/// `faults.rows` of a profile; all that is given must fit, the first row that fits decides.
struct FaultRow {
    CodeSet codes, subcodes, details;
    bool asks_code = false, asks_subcode = false, asks_detail = false;
    std::set<int> http;
    bool unsigned_too = false;
    FaultClass then = FaultClass::Retry;
};

struct FaultRules {
    // Paths from the Fault's detail (1.2: Detail); "" none. Names of fields are paths from an entry of `fields`.
    std::string detail_code, retry_after, fields, field_name, field_code;
    std::vector<FaultRow> rows;
};

/// A Fault, read. Texts for people are left where they are: they may name a citizen.
struct SoapFault {
    std::string code;     // local name: Client, Server; Sender, Receiver; of "Client.Limit" what stands before the dot
    std::string subcode;  // what stands behind the dot; 1.2: local name of the first Subcode
    rapidjson::Document detail;  // null where absent
};

/// Requires: an element Fault of SOAP's namespace. nullopt where it has no code.
std::optional<SoapFault> readFault(const xml::Element& element);

/// nullopt where no row fits.
std::optional<FaultClass> classify(
    const FaultRules& rules, const SoapFault& fault, int http_status, bool is_signed
);

}  // namespace yht::kit
