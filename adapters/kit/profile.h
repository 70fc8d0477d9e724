// A profile (对端配置): everything about a stranger's interface, as data:
// schemas/profiles/<name>/profile.yaml and CSV vocabularies beside it. No C++ names a profile. How
// to write one: adapters/README.md. Unknown keys are refused with file, line and the nearest right
// name; all mistakes come at once. Uses: mapping, yaml_map. Used by: envelope, answer,
// profile_destination, delivery (through Destination).
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/kit/mapping.h"
#include "adapters/kit/soap_call.h"
#include "adapters/kit/soap_fault.h"
#include "adapters/kit/store_rules.h"
#include "gateway/crypto/key.h"

namespace yht::kit {

inline constexpr std::int64_t kProfileBatchMax = 200;

/// A value of the envelope; `value:` in a profile.
enum class EnvelopeValue : std::uint8_t {
    Constant,
    SenderId,
    BatchId,
    Now,
    Nonce,
    Algorithm,
    KeyId,
    Count,
    Type,
    Signature,
    Records,
    Record,
};

struct EnvelopeMember {
    std::string name;
    std::string item;  // Records in XML: the element of each
    EnvelopeValue value = EnvelopeValue::Constant;
    std::string text;  // Constant: the text; Now: the time format
};

/// One piece of a string to be signed: a member's text, or a digest of its bytes as sent, in lower-case hex.
enum class PartDigest : std::uint8_t { None, Sha256, Sm3 };
struct SignedPart {
    std::string path;  // request: member name; receipt: path in the answer
    PartDigest digest = PartDigest::None;

    /// What stands in the string for these bytes.
    std::string textOf(base::BytesView bytes) const;
};

/// A string that is signed: the parts joined, and how the signature is written as text.
struct SignedText {
    std::vector<SignedPart> parts;
    std::string separator;
    bool hex = false;  // of the signature; else base64
};

struct EnvelopeRules {
    TextForm form = TextForm::Json;
    std::string root;  // XML: the element around the members; "" where a SOAP call's operation is it
    std::vector<EnvelopeMember> members;  // in this order; Records or Record is the last
    std::vector<EnvelopeMember> headers;  // never Records
    std::map<crypto::SignatureAlgorithm, std::string> algorithms;  // ours → the far side's name
    SignedText signed_text;                                        // parts are members
};

/// Which certificate signs receipts is the destination's setting; here stands over what. Where `transport.soap` signs, the
/// answer's own signature is the receipt (soap_answer.h) and only batch_id is asked.
struct ReceiptRules {
    bool required = false;
    std::string signature, algorithm, key_id,
        batch_id;            // paths in the answer; key_id and batch_id may be ""
    std::string keep;        // path of what is kept as the receipt
    SignedText signed_text;  // parts are paths
};

/// What an answer means. Codes in no list make the answer invalid: silence is never success.
struct AnswerRules {
    std::set<int> http_answered, http_nothing_taken, http_refused;  // any other status: unknown
    std::string code_path;
    CodeSet success, nothing_taken, refused;
    std::string retry_after_path;  // seconds; "" none
    std::string items_path;
    std::string seq, code, number, ticket_no, fields, field_name,
        field_code;                                            // in an item; number… may be ""
    CodeSet accepted, duplicate, item_refused, later, absent;  // absent: answers a query only
    ReceiptRules receipt;
    TextForm form = TextForm::Json;
    FaultRules faults;
    bool single = false;  // the answer as a whole is about the one record that was sent; `success` is not asked
    std::string soap_element;  // whose text the answer is; "": the body itself
};

struct KindRules {
    std::string path;  // where this kind goes
    std::unique_ptr<const Mapping> mapping;
    std::unique_ptr<const Mapping> query;  // what a query sends of it; nullptr without query_path
};

/// Announced maintenance (维护窗口), local time: not tried, no alarm.
struct MaintenanceWindow {
    int weekday = 0;                     // 1 Monday … 7 Sunday; 0 every day
    int week_of_month = 0;               // 1 … 5; 0 every week
    int from_minute = 0, to_minute = 0;  // of the day
};

struct TransportRules {
    std::string path, query_path, content_type;
    std::size_t batch_max = 1;
    std::size_t request_bytes_max = 0;  // the far side's limit, envelope included
    std::size_t batch_bytes_max = 0;    // of several records together; one alone may have more
    std::size_t answer_bytes_max = 0;
    std::int64_t timeout_ms = 0, connect_timeout_ms = 0;
    Resend resend = Resend::Operator;
    std::int64_t late_after_ms = 0;  // 0: nothing is ever late
    std::vector<MaintenanceWindow> maintenance;
    std::optional<SoapCallRules> soap;  // the request goes as a call
};

struct AttachmentRules;  // profile_attachments.h

/// Immutable. Thread-safety: any thread.
class Profile {
public:
    /// Reads DIRECTORY/profile.yaml. Errors: ProfileInvalid, every mistake a line of `detail`.
    static base::Result<std::shared_ptr<const Profile>> load(const std::string& directory);

    const std::string& name() const { return name_; }
    const TransportRules& transport() const { return transport_; }
    const EnvelopeRules& envelope() const { return envelope_; }
    const AnswerRules& answer() const { return answer_; }
    const std::vector<Dependency>& dependencies() const { return dependencies_; }
    /// nullptr where the far side does not take the kind.
    const KindRules* findKind(ticket::Kind kind) const;
    /// Vocabularies by file name without ".csv".
    const std::map<std::string, std::shared_ptr<const Vocabulary>>& vocabularies() const {
        return vocabularies_;
    }
    /// Far sides that are handed files or rows; at most one of the two, and then there is no envelope and no answer.
    const std::optional<FileRules>& file() const { return file_; }
    const std::optional<ExchangeTableRules>& table() const { return table_; }
    /// nullptr where the far side takes no attachments.
    const AttachmentRules* attachments() const { return attachments_.get(); }
    bool isHttp() const { return !file_ && !table_; }
    const std::string& charsetName() const { return charset_name_; }
    /// Milliseconds until the window that holds `now_ms` ends; 0 outside all windows.
    std::int64_t maintenanceLeftMillis(base::UnixMillis now_ms) const;

private:
    friend class ProfileLoader;
    Profile() = default;
    std::string name_;
    TransportRules transport_;
    EnvelopeRules envelope_;
    AnswerRules answer_;
    std::array<std::unique_ptr<const KindRules>, ticket::kKindCount + 1> kinds_;
    std::vector<Dependency> dependencies_;
    std::map<std::string, std::shared_ptr<const Vocabulary>> vocabularies_;
    std::optional<FileRules> file_;
    std::optional<ExchangeTableRules> table_;
    std::shared_ptr<const AttachmentRules> attachments_;
    std::string charset_name_;
};

}  // namespace yht::kit
