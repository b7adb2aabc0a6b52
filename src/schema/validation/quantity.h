/* quantity.h: resource.Quantity: "100m", "1Gi", "1.5e3".
 *
 * A value is a whole number of at most 36 digits times a power of ten, without zeros at
 * its end.  Below a nano it is rounded away from zero, as the server does. */
#ifndef PLIMSOLL_SCHEMA_QUANTITY_H
#define PLIMSOLL_SCHEMA_QUANTITY_H

#include "base/base.h"

typedef enum QuantityForm {
    QUANTITY_DECIMAL,          /* 1500m, 2k */
    QUANTITY_BINARY,           /* 1Gi */
    QUANTITY_EXPONENT,         /* 12e6 */
} QuantityForm;

__extension__ typedef __int128 Int128;

typedef struct Quantity {
    Int128 digits;
    int32_t scale;             /* times ten to the power of it */
    QuantityForm form;
    bool as_written;           /* the server stores the text as it stands */
} Quantity;

/* ParseQuantity.  False where the text is none. */
bool quantity_parse(Str text, Quantity *quantity);
Quantity quantity_of_int(int64_t value);
int quantity_compare(const Quantity *a, const Quantity *b);
int quantity_sign(const Quantity *quantity);         /* -1, 0, 1 */
bool quantity_is_whole(const Quantity *quantity);    /* MilliValue() % 1000 == 0 */
/* Value() and MilliValue(): rounded away from zero; 0 where it does not fit. */
int64_t quantity_value(const Quantity *quantity);
int64_t quantity_milli_value(const Quantity *quantity);
void quantity_add(Quantity *sum, const Quantity *more);
/* RoundUp: away from zero, to a multiple of ten to the power of scale. */
void quantity_round_up(Quantity *quantity, int32_t scale);
/* String(): the canonical form, as the server stores it unless it is as_written. */
void quantity_write(const Quantity *quantity, Buf *out);

#endif
