// Answers and Faults as the content of a Body, in canonical form (xml/text.h): made from the JSON of REST by the
// operation's shape, and from refusals of the one error table.
// Uses: operations, record_xml, trust (envelope). Used by: handlers.
#pragma once

#include <string>

#include "gateway/base/error.h"
#include "gateway/intake/soap/operations.h"
#include "gateway/json/json.h"
#include "gateway/trust/soap_security.h"

namespace yht::soap {

/// <SubmitRecordResponse xmlns="urn:yihaotong:v1">…. Requires: `answer` is what REST answers to the same.
std::string answerText(const Operation& operation, const rapidjson::Value& answer);

/// <s:Fault>…: code from the error's Fault column, reason in zh-CN and English, detail <Problem> with what a problem
/// document says.
std::string faultText(trust::SoapVersion version, const base::Error& error);

/// HTTP binding: SOAP 1.1 has 500 for every Fault (Basic Profile R1126); 1.2 has 400 and 500 (part 2, table 20).
int faultStatus(trust::SoapVersion version, const base::Error& error);

}  // namespace yht::soap
