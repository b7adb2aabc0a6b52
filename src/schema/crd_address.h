/* crd_address.h: addresses as Go's standard library reads them, beyond those that
 * validation/formats.h has.  Internal to the crd files. */
#ifndef PLIMSOLL_CRD_ADDRESS_H
#define PLIMSOLL_CRD_ADDRESS_H

#include "base/base.h"

bool address_is_mac(Str text);         /* net.ParseMAC */
bool address_is_request_uri(Str text); /* net/url's ParseRequestURI */
bool address_is_email(Str text);       /* net/mail's ParseAddress: crd_email.c */

#endif
